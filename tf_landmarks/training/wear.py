"""Wears drawn skeleton images, so that η learns to read Φ's.

Neither the paper nor the released code does this. What Φ draws is thicker,
fainter in places and noisier than what β draws; an η that has only seen β's
crisp lines reads it with an offset, which nothing in eq. 6 corrects.
"""

from collections.abc import Sequence

import tensorflow as tf

_LOG_EXPONENT = (-1.4, 0.2)  # of brightness; -1.4 makes lines 4 times as wide
_FAINTEST = 0.2
_PATCHES = 4  # a side; each has a brightness of its own
_NOISE = 0.1  # standard deviation, at most


def wear(y_bar: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Changes line width and brightness, and adds noise, at random.

    Args:
      y_bar: this replica's skeleton images [B, H, W, 1] in [0, 1].
      seed: int [2]; the same seed wears alike, however many the replicas.

    Returns:
      [B, H, W, 1] of about that range.
    """
    replica = tf.distribute.get_replica_context()
    batch, *size, _ = y_bar.shape
    first = batch * replica.replica_id_in_sync_group
    seeds = tf.random.experimental.stateless_split(seed, 4)

    def uniform(number: int, shape: Sequence[int], limits) -> tf.Tensor:
        shape = [batch * replica.num_replicas_in_sync, *shape]
        drawn = tf.random.stateless_uniform(shape, seeds[number], *limits)
        return drawn[first : first + batch]

    exponent = tf.exp(uniform(0, [1, 1, 1], _LOG_EXPONENT))
    patches = uniform(1, [_PATCHES, _PATCHES, 1], (_FAINTEST, 1.0))
    noise = uniform(2, [*size, 1], (-1.0, 1.0)) * uniform(
        3, [1, 1, 1], (0.0, _NOISE * 3**0.5)
    )
    return y_bar**exponent * tf.image.resize(patches, size) + noise
