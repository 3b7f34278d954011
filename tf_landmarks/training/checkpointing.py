"""Saves a stage as it goes, and stops it when it must not go on."""

import math
import pathlib
import signal
from collections.abc import Iterable
from collections.abc import Mapping

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import errors
from tf_landmarks import workdirs


def find_divergence(
    losses: Mapping[str, float], weights: Iterable[tf.Variable]
) -> str | None:
    """Says which loss or weight is not finite; None where all are."""
    for term, value in losses.items():
        if not math.isfinite(value):
            return f"the loss '{term}' is {value}"
    for weight in weights:
        if not tf.reduce_all(tf.math.is_finite(weight)):
            return f"{weight.name} is not finite"
    return None


class Checkpointing(keras.callbacks.Callback):
    """Checkpoints every so many updates, at the end, and when asked to stop.

    A first SIGINT or SIGTERM lets the update end and saves it; a second one
    acts as it does without this callback.
    """

    def __init__(
        self,
        items: Mapping[str, tf.Module],
        folder: pathlib.Path,
        last_step: int,
        every: int,
        keep: int,
    ):
        """Keeps what to save, and where.

        Args:
          items: by symbol.
          folder: of the checkpoints.
          last_step: updates of the whole stage.
          every: updates from one checkpoint to the next.
          keep: newest checkpoints that stay.
        """
        super().__init__()
        self._items = items
        self._folder = folder
        self._last_step = last_step
        self._every = every
        self._keep = keep
        self._handlers = {}
        self.stopped_by = None

    def on_train_begin(self, logs=None):
        for number in (signal.SIGINT, signal.SIGTERM):
            self._handlers[number] = signal.signal(number, self._ask_to_stop)

    def on_train_end(self, logs=None):
        self._give_signals_back()

    def _ask_to_stop(self, number, frame):
        self.stopped_by = signal.Signals(number).name
        self._give_signals_back()

    def _give_signals_back(self):
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def on_train_batch_end(self, batch, logs=None):
        self._check(logs, weights=())
        stop = self.stopped_by is not None
        step = self.model.step
        due = step % self._every == 0 or step == self._last_step
        if due or stop:
            self._save()
        if stop:
            self.model.stop_training = True

    def _save(self):
        self._check({}, self.model.trainable_variables)
        workdirs.save(self._items, self._folder, self.model.step, self._keep)

    def _check(self, losses, weights):
        divergence = find_divergence(losses, weights)
        if divergence is None:
            return
        self._give_signals_back()
        good = workdirs.steps(self._folder)
        last = f"step-{good[-1]} in {self._folder}" if good else "none"
        raise errors.UserError(
            f"training diverged: {divergence} at update {self.model.step}; "
            f"the last good checkpoint is {last}; lower --learning_rate and "
            "start again in another --workdir."
        )
