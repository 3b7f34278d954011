"""What running and its callbacks know of a model that is trained."""

from collections.abc import Sequence

import tensorflow as tf
from tensorflow import keras


class Stage(keras.Model):
    """Networks in training: how far they are, their losses, what to save.

    Its `train_step` takes one step of each of its players, in a `fit` that is
    Keras' own.

    Attributes:
      players: `optimizers.Player` by name, which a stage makes when it has its
        networks.
    """

    def __init__(self, name: str, kept: Sequence[str], losses: Sequence[str]):
        """Makes the means of the losses.

        Args:
          name: of the model.
          kept: attributes that a checkpoint holds beside the optimisers.
          losses: names of what a step logs.
        """
        super().__init__(name=name, autocast=False)
        self._kept = kept
        self._means = {loss: keras.metrics.Mean(name=loss) for loss in losses}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Every loss, averaged until reset."""
        return list(self._means.values())

    @property
    def step(self) -> int:
        """Updates taken so far."""
        return int(next(iter(self.players.values())).updates)

    @property
    def checkpointed(self) -> dict[str, tf.Module]:
        """What a checkpoint holds, by symbol.

        The means under way too: a stop may come between one log and the next.
        """
        kept = {name: getattr(self, name) for name in self._kept}
        optimizers = {
            f"{name}_optimizer": player.optimizer
            for name, player in self.players.items()
        }
        means = {f"mean_{name}": mean for name, mean in self._means.items()}
        return kept | optimizers | means

    def log(self, losses: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Adds a step's losses to their means, which it returns for `fit`."""
        for name, mean in self._means.items():
            mean.update_state(losses[name])
        return {name: mean.result() for name, mean in self._means.items()}
