"""Brings the perceptual network's layers to one scale, as released.

Each layer's distance is divided by its own running mean, so that all count
alike; the sum is about 1 throughout and says nothing of quality.
"""

import tensorflow as tf


class RunningScale(tf.Module):
    """The running means of `num_terms` non-negative losses."""

    _DECAY = 0.99

    def __init__(self, num_terms: int):
        super().__init__(name="running_scale")
        self.means = tf.Variable(
            tf.zeros([num_terms]),
            trainable=False,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )

    def normalize(self, terms: tf.Tensor) -> tf.Tensor:
        """Updates the means by `terms` [T], then divides; [T], about 1.

        The means carry no gradient.
        """
        replica = tf.distribute.get_replica_context()
        now = replica.all_reduce(
            tf.distribute.ReduceOp.MEAN, tf.stop_gradient(terms)
        )
        # A mean of 0 is one that has seen nothing yet.
        before = tf.where(self.means > 0, self.means, now)
        means = self._DECAY * before + (1 - self._DECAY) * now
        self.means.assign(means)
        return terms / (means + 1e-8)
