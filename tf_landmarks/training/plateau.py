"""Lowers stage 1's learning rate once, when its error stops falling."""

import tensorflow as tf
from absl import logging
from tensorflow import keras


class ReduceOnce(keras.callbacks.Callback):
    """Divides the learning rate by 10, once, on a plateau.  Paper sec. 4.

    A plateau: the mean loss of an interval has not come below 0.98 times the
    lowest before it for `patience` intervals.
    """

    def __init__(self, optimizer, loss: str, every: int, patience: int = 20):
        """Keeps what to watch.

        Args:
          optimizer: whose rate is lowered.
          loss: name of the metric, which is reset every `every` updates.
          every: updates of an interval.
          patience: intervals.
        """
        super().__init__()
        self._optimizer = optimizer
        self._loss = loss
        self._every = every
        self._patience = patience
        # In variables, so that a checkpoint has them.
        self.state = tf.Module(name="plateau")
        self.state.lowest = tf.Variable(float("inf"), trainable=False)
        self.state.waited = tf.Variable(0, trainable=False)
        self.state.reduced = tf.Variable(False, trainable=False)

    def on_train_batch_end(self, batch, logs=None):
        step = self.model.step
        if step % self._every or self.state.reduced:
            return
        if logs[self._loss] < 0.98 * self.state.lowest:
            self.state.lowest.assign(logs[self._loss])
            self.state.waited.assign(0)
            return
        self.state.waited.assign_add(1)
        if self.state.waited == self._patience:
            self._optimizer.learning_rate = self._optimizer.learning_rate / 10
            self.state.reduced.assign(True)
            logging.info("Plateau at update %d: learning rate / 10.", step)
