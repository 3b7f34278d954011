"""Finds the damage when TensorFlow meets a broken TFRecord.

Every record carries checksums, so damage never goes unseen; but TensorFlow's
error does not name the file.
"""

import os

import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks.data import records

_FRAMING_BYTES = 16  # of a record: its length and two checksums


def find_corruption(data_dir: str) -> tuple[str, int] | None:
    """Reads every shard; the first broken one and the offset in it, or None.

    The offset is that of the first record that cannot be read, in bytes.
    """
    info = records.read_info(data_dir)
    for split in info.splits.values():
        for shard in (*split.clip_shards, *split.pose_shards):
            path = os.path.join(data_dir, shard.file)
            offset = 0
            try:
                for record in tf.data.TFRecordDataset(path):
                    offset += len(record.numpy()) + _FRAMING_BYTES
            except tf.errors.DataLossError:
                return path, offset
    return None


def explain_data_loss(
    error: tf.errors.DataLossError, data_dir: str
) -> errors.UserError:
    """Says which shard of a prepared folder an error is about."""
    broken = find_corruption(data_dir)
    if broken is None:
        return errors.UserError(
            f"{data_dir}: a record could not be read ({error.message}), but "
            "all can be read now; check the disk and run again"
        )
    path, offset = broken
    return errors.UserError(
        f"{path}: damaged at byte {offset}; copy the file again or prepare "
        f"{data_dir} again"
    )
