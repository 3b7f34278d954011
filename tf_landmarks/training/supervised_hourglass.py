"""The baseline of table 1: Stacked Hourglass, trained with labels."""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.models import architecture
from tf_landmarks.models import gaussian_heatmaps
from tf_landmarks.training import optimizers
from tf_landmarks.training import stage


class SupervisedHourglass(stage.Stage):
    """Heatmaps of x are Gaussians about its landmarks, by ℓ2 as published.

    The optimiser is the one of all models here; published is RMSprop.
    """

    def __init__(
        self,
        arch: architecture.Architecture,
        learning_rate: float
        | optimizers.LinearDecay = optimizers.LEARNING_RATE,
    ):
        """Makes the network with new weights, and its optimiser."""
        super().__init__("supervised_hourglass", ["hourglass"], ["heatmaps"])
        self.hourglass = self.make_networks(arch)["hourglass"]
        self.players = {
            "detector": optimizers.Player(
                [self.hourglass], optimizers.adam(learning_rate)
            )
        }

    @staticmethod
    def make_networks(
        arch: architecture.Architecture,
    ) -> dict[str, keras.Model]:
        """The network with its variables, by name."""
        hourglass = arch.hourglass()
        hourglass(tf.zeros([1, arch.image_size, arch.image_size, 3]))
        return {"hourglass": hourglass}

    def train_step(self, batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One update from x [B, H, W, 3] and p [B, K, 2]."""
        with tf.GradientTape() as tape:
            heatmaps = self.hourglass(batch["x"], training=True)
            target = gaussian_heatmaps.draw(batch["p"], heatmaps.shape[1])
            loss = losses.mean_squared_error(heatmaps, target)
        self.players["detector"].step(tape, loss)
        return self.log({"heatmaps": loss})
