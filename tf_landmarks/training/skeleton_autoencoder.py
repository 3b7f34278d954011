"""Stage 1: trains η to undo β, on the prior's poses alone.  Paper sec. 3.1."""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.models import architecture
from tf_landmarks.training import optimizers
from tf_landmarks.training import stage


class SkeletonAutoencoder(stage.Stage):
    """η(β(p_bar)) = p_bar."""

    def __init__(
        self,
        arch: architecture.Architecture,
        learning_rate: float = optimizers.LEARNING_RATE,
    ):
        """Makes η with new weights, and its optimiser."""
        super().__init__("skeleton_autoencoder", ["eta"], ["points"])
        self.eta = self.make_networks(arch)["eta"]
        self.beta = arch.beta()
        self.players = {
            "eta": optimizers.Player([self.eta], optimizers.adam(learning_rate))
        }

    @staticmethod
    def make_networks(
        arch: architecture.Architecture,
    ) -> dict[str, keras.Model]:
        """A new η with its variables, by its symbol."""
        eta = arch.eta()
        eta(tf.zeros([1, *arch.skeleton_shape]))
        return {"eta": eta}

    def train_step(self, p_bar: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update from poses [B, K, 2]."""
        with tf.GradientTape() as tape:
            p = self.eta(self.beta(p_bar), training=True)
            loss = losses.mean_squared_error(p, p_bar)
        self.players["eta"].step(tape, loss)
        return self.log({"points": loss})
