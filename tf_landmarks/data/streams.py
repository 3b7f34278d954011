"""Endless streams of records in a random order that can be entered anywhere.

Epoch e reads every record once, in an order that depends on (seed, e) alone,
and all that is drawn for element i depends on (seed, i) alone. So a run
resumes by entering where it stopped: what is skipped is read, of one epoch at
most, but neither parsed nor decoded. No global seed has a say.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

_OPEN_SHARDS = 8


def key(seed: int, stream: int, *numbers) -> tf.Tensor:
    """int32 [2]: a seed for what is drawn for these numbers."""
    folded = tf.constant([seed, stream], tf.int32)
    for number in numbers:
        folded = tf.random.experimental.stateless_fold_in(folded, number)
    return folded


def endless(
    paths: Sequence[str],
    count: int,
    seeds: tuple[int, int],
    skip: int,
    block_size: int,
) -> tf.data.Dataset:
    """(index, serialised record) of all epochs, from index `skip` on.

    Args:
      paths: the shards.
      count: records in all of them together.
      seeds: of the order: seed and stream.
      skip: how many elements to leave out.
      block_size: records that are shuffled with each other.
    """

    def epoch(number):
        order = key(*seeds, number)
        files = tf.random.experimental.stateless_shuffle(paths, order)
        in_turn = tf.data.Dataset.from_tensor_slices(files).interleave(
            tf.data.TFRecordDataset, cycle_length=_OPEN_SHARDS
        )

        def shuffled(block, raw):
            order = key(*seeds, number, block)
            return tf.data.Dataset.from_tensor_slices(
                tf.random.experimental.stateless_shuffle(raw, order)
            )

        return in_turn.batch(block_size).enumerate().flat_map(shuffled)

    first_epoch, offset = divmod(skip, count)
    epochs = tf.data.Dataset.range(first_epoch, np.iinfo(np.int64).max)
    return epochs.flat_map(epoch).skip(offset).enumerate(start=skip)


def finished(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """In this order, and made ahead of time."""
    options = tf.data.Options()
    options.deterministic = True
    return dataset.with_options(options).prefetch(tf.data.AUTOTUNE)
