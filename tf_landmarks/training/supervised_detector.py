"""The ceiling: Φ and η of the method, trained with labels.  Table 1."""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.models import architecture
from tf_landmarks.training import optimizers


class SupervisedDetector(keras.Model):
    """η(Φ(x)) = p, by the ℓ2 loss on keypoints alone: y is free."""

    def __init__(
        self,
        arch: architecture.Architecture,
        learning_rate: float
        | optimizers.LinearDecay = optimizers.LEARNING_RATE,
    ):
        """Makes Φ and η with new weights, and their optimiser."""
        super().__init__(name="supervised_detector", autocast=False)
        self.phi, self.eta = arch.phi(), arch.eta()
        self.eta(self.phi(tf.zeros([1, arch.image_size, arch.image_size, 3])))
        self.players = {
            "detector": optimizers.Player(
                [self.phi, self.eta], optimizers.adam(learning_rate)
            )
        }
        self._points_loss = keras.metrics.Mean(name="points")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The l2 loss on keypoints, averaged until reset."""
        return [self._points_loss]

    @property
    def step(self) -> int:
        """Updates taken so far."""
        return int(self.players["detector"].updates)

    @property
    def checkpointed(self) -> dict[str, tf.Module]:
        """What a checkpoint holds, by symbol."""
        return {
            "phi": self.phi,
            "eta": self.eta,
            "detector_optimizer": self.players["detector"].optimizer,
        }

    def train_step(self, batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One update from x [B, H, W, 3] and p [B, K, 2]."""
        with tf.GradientTape() as tape:
            p = self.eta(self.phi(batch["x"], training=True), training=True)
            loss = losses.mean_squared_error(p, batch["p"])
        self.players["detector"].step(tape, loss)
        self._points_loss.update_state(loss)
        return {m.name: m.result() for m in self.metrics}
