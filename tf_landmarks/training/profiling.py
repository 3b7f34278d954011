"""A trace of some updates for TensorBoard's profile plugin."""

import tensorflow as tf
from tensorflow import keras


class Profiling(keras.callbacks.Callback):
    """Traces updates `first` to `last` of the stage."""

    def __init__(self, folder: str, first: int, last: int):
        super().__init__()
        self._folder = folder
        self._first, self._last = first, last
        self._running = False

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.step + 1 == self._first:
            tf.profiler.experimental.start(self._folder)
            self._running = True

    def on_train_batch_end(self, batch, logs=None):
        if self._running and self.model.step == self._last:
            self._stop()

    def on_train_end(self, logs=None):
        if self._running:
            self._stop()

    def _stop(self):
        tf.profiler.experimental.stop()
        self._running = False
