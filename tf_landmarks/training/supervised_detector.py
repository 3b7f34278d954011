"""The ceiling: Φ and η of the method, trained with labels.  Table 1."""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.models import architecture
from tf_landmarks.training import optimizers
from tf_landmarks.training import stage


class SupervisedDetector(stage.Stage):
    """η(Φ(x)) = p, by the ℓ2 loss on keypoints alone: y is free."""

    def __init__(
        self,
        arch: architecture.Architecture,
        learning_rate: float
        | optimizers.LinearDecay = optimizers.LEARNING_RATE,
    ):
        """Makes Φ and η with new weights, and their optimiser."""
        super().__init__("supervised_detector", ["phi", "eta"], ["points"])
        networks = self.make_networks(arch)
        self.phi, self.eta = networks["phi"], networks["eta"]
        self.players = {
            "detector": optimizers.Player(
                [self.phi, self.eta], optimizers.adam(learning_rate)
            )
        }

    @staticmethod
    def make_networks(
        arch: architecture.Architecture,
    ) -> dict[str, keras.Model]:
        """New Φ and η with their variables, by symbol."""
        phi, eta = arch.phi(), arch.eta()
        eta(phi(tf.zeros([1, arch.image_size, arch.image_size, 3])))
        return {"phi": phi, "eta": eta}

    def train_step(self, batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One update from x [B, H, W, 3] and p [B, K, 2]."""
        with tf.GradientTape() as tape:
            p = self.eta(self.phi(batch["x"], training=True), training=True)
            loss = losses.mean_squared_error(p, batch["p"])
        self.players["detector"].step(tape, loss)
        return self.log({"points": loss})
