"""Keras' progress bar over what is left of a stage; TensorBoard's scalars."""

import sys
import time

import tensorflow as tf
from tensorflow import keras


class Progress(keras.callbacks.Callback):
    """Shows and logs the losses, the step rate and the time left.

    The model's metrics are reset after each logged update: a loss is the mean
    over the last `every` updates.
    """

    def __init__(
        self,
        writer: tf.summary.SummaryWriter,
        last_step: int,
        every: int,
    ):
        """Keeps where the stage stands.

        Args:
          writer: of TensorBoard's summaries.
          last_step: updates of the whole stage.
          every: updates from one logged loss to the next.
        """
        super().__init__()
        self._writer = writer
        self._last_step = last_step
        self._every = every

    def on_train_begin(self, logs=None):
        self._first_step = self.model.step
        names = [metric.name for metric in self.model.metrics]
        self._bar = keras.utils.Progbar(
            self._last_step - self._first_step,
            width=20,
            # A log file is no place for twenty bars a second.
            interval=0.5 if sys.stdout.isatty() else 20,
            stateful_metrics=[*names, "steps/s"],
        )
        self._logged_at = self._first_step, time.perf_counter()
        self._restored = [
            (variable, variable.numpy())
            for metric in self.model.metrics
            for variable in metric.variables
        ]

    def on_epoch_begin(self, epoch, logs=None):
        # `fit` has just reset the means that a checkpoint had restored.
        for variable, value in self._restored:
            variable.assign(value)

    def on_train_batch_end(self, batch, logs=None):
        step = self.model.step
        done = step == self._last_step
        shown = {}
        if step % self._every == 0 or done:
            shown = dict(logs) | {"steps/s": self._rate(step)}
            self._log(step, shown)
            self.model.reset_metrics()
        self._bar.update(step - self._first_step, shown.items(), finalize=done)

    def _rate(self, step: int) -> float:
        """Updates per second since the last call."""
        step_then, time_then = self._logged_at
        self._logged_at = step, time.perf_counter()
        return (step - step_then) / (self._logged_at[1] - time_then)

    def _log(self, step: int, values):
        with self._writer.as_default(step):
            for name, value in values.items():
                tf.summary.scalar(f"train/{name}", value)
            for name, player in self.model.players.items():
                rate = player.optimizer.learning_rate
                tf.summary.scalar(f"learning_rate/{name}", rate)
