"""Stage 1: trains η to undo β, on the prior's poses alone.  Paper sec. 3.1."""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.models import architecture
from tf_landmarks.training import optimizers


class SkeletonAutoencoder(keras.Model):
    """η(β(p_bar)) = p_bar."""

    def __init__(
        self,
        arch: architecture.Architecture,
        learning_rate: float = optimizers.LEARNING_RATE,
    ):
        """Makes η with new weights, and its optimiser."""
        super().__init__(name="skeleton_autoencoder", autocast=False)
        self.eta = arch.eta()
        self.beta = arch.beta()
        self.eta(tf.zeros([1, *arch.skeleton_shape]))
        self.players = {
            "eta": optimizers.Player([self.eta], optimizers.adam(learning_rate))
        }
        self._points_loss = keras.metrics.Mean(name="points")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The l2 loss on keypoints, averaged until reset."""
        return [self._points_loss]

    @property
    def step(self) -> int:
        """Updates taken so far."""
        return int(self.players["eta"].updates)

    @property
    def checkpointed(self) -> dict[str, tf.Module]:
        """What a checkpoint holds, by symbol."""
        return {
            "eta": self.eta,
            "eta_optimizer": self.players["eta"].optimizer,
        }

    def train_step(self, p_bar: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update from poses [B, K, 2]."""
        with tf.GradientTape() as tape:
            p = self.eta(self.beta(p_bar), training=True)
            loss = losses.mean_squared_error(p, p_bar)
        self.players["eta"].step(tape, loss)
        self._points_loss.update_state(loss)
        return {m.name: m.result() for m in self.metrics}
