"""Running means of networks' weights, which are better than the weights.

The networks of a GAN go round each other: from one update to the next the
error of a detector rises and falls by more than what was gained. The mean over
some hundred updates lies in the middle of that (Yazıcı et al., arXiv
1806.04498). η of stage 1 has no adversary, but its rate is high to the end: all
landmarks that it reads are offset, a little differently after each update, and
the mean is not. Neither the paper nor the released code averages.
"""

from collections.abc import Mapping
from collections.abc import Sequence

import tensorflow as tf
from tensorflow import keras


class WeightAverages(keras.callbacks.Callback):
    """Averages after each update.

    Attributes:
      networks: those with the means, by symbol.
      state: what a checkpoint holds beside them.
    """

    def __init__(
        self,
        trained: Mapping[str, keras.Model],
        networks: Mapping[str, keras.Model],
        momentum: float,
    ):
        """Takes networks that have their variables already.

        Args:
          trained: by symbol.
          networks: like them, to be filled with the means.
          momentum: share of the mean that an update leaves; less in the first
            updates, as there is nothing to remember yet.
        """
        super().__init__()
        self.networks = dict(networks)
        self.state = tf.Module(name="averaged")
        self.state.updates = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._weights = _weights(trained)
        self._means = _weights(networks)
        self._momentum = momentum

    def on_train_batch_end(self, batch, logs=None):
        del batch, logs
        self._average()

    @tf.function
    def _average(self):
        updates = tf.cast(self.state.updates.assign_add(1), tf.float32)
        momentum = tf.minimum(self._momentum, updates / (updates + 10.0))
        for mean, weight in zip(self._means, self._weights, strict=True):
            mean.assign(weight + momentum * (mean - weight))


def _weights(networks: Mapping[str, keras.Model]) -> Sequence[tf.Variable]:
    """All of them, and the running statistics of batch norm."""
    return [w for symbol in sorted(networks) for w in networks[symbol].weights]
