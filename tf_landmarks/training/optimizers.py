"""The paper's optimiser, and the one place where replicas are counted."""

from collections.abc import Sequence

import tensorflow as tf
from tensorflow import keras

LEARNING_RATE = 2e-4


class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A value that falls to zero over the last updates, as in CycleGAN [79].

    A learning rate: the networks of a GAN go round each other; a falling rate
    brings them to rest. The released code keeps the rate. Or the deviation of
    `instance_noise`.
    """

    def __init__(self, first: float, last_step: int, share: float):
        """Keeps the course.

        Args:
          first: the value before it falls.
          last_step: updates in all.
          share: of them, over which it falls; 0 keeps the value.
        """
        self._first = first
        self._last_step = last_step
        self._decaying = max(share * last_step, 1)

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        left = (self._last_step - tf.cast(step, tf.float32)) / self._decaying
        return self._first * tf.clip_by_value(left, 0.0, 1.0)


def adam(
    learning_rate: float | LinearDecay = LEARNING_RATE,
) -> keras.optimizers.Adam:
    """Adam as in sec. 4, gradients clipped to a global norm of 1.

    Keras clips after it has summed the gradients of the replicas.
    """
    return keras.optimizers.Adam(
        learning_rate,
        beta_1=0.5,
        beta_2=0.999,
        epsilon=1e-8,
        global_clipnorm=1.0,
    )


class Player:
    """Networks that one optimiser trains on one objective."""

    def __init__(
        self,
        networks: Sequence[keras.Model],
        optimizer: keras.optimizers.Optimizer,
    ):
        """Takes networks that have their variables already."""
        self._networks = tuple(networks)
        self.optimizer = optimizer
        optimizer.build(self.variables)  # else a checkpoint cannot restore it

    @property
    def variables(self) -> list[tf.Variable]:
        """What the optimiser changes."""
        return [v for n in self._networks for v in n.trainable_variables]

    @property
    def updates(self) -> tf.Tensor:
        """Steps taken so far, a scalar of 64 bits."""
        return self.optimizer.iterations.read_value()

    def step(self, tape: tf.GradientTape, objective: tf.Tensor) -> None:
        """Takes a step down `objective`, a mean over the replica's batch."""
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        gradients = tape.gradient(objective, self.variables)
        # Keras sums over the replicas: a mean needs this division.
        gradients = [g / replicas for g in gradients]
        self.optimizer.apply_gradients(
            zip(gradients, self.variables, strict=True)
        )
