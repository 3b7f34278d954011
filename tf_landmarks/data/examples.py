"""The schema of the TFRecords: what an example is made of.

Writer and readers share the feature names here.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

CLIP_ID = "clip_id"  # bytes []
FRAMES = "frames"  # bytes [n], JPEG, S x S
FRAME_NUMBERS = "frame_numbers"  # int64 [n], 0-based, of the clip
KEYPOINTS = "keypoints"  # float [n * K * 2] or [K * 2], in [-1, 1]
VISIBILITY = "visibility"  # int64 [n * K] or [K]: 0 not labelled, 1 hidden, 2
BOX = "box"  # float [n * 4]: crops; or [4]: what a pose was normalised by


def _bytes(values: Sequence[bytes]) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))


def _floats(values) -> tf.train.Feature:
    values = np.asarray(values, np.float32).ravel()
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def _ints(values) -> tf.train.Feature:
    values = np.asarray(values, np.int64).ravel()
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def _serialize(features: dict[str, tf.train.Feature]) -> bytes:
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString()


def encode_run(
    clip_id: str, numbers, jpegs, boxes=None, keypoints=None, visibility=None
) -> bytes:
    """Serialises a run of n frames.

    Args:
      clip_id: the clip's name.
      numbers: [n] frame numbers.
      jpegs: n encoded images.
      boxes: [n, 4], the crops (x, y, side, side) in pixel edges of the original
        images, evaluation splits only.
      keypoints: [n, K, 2] in [-1, 1], evaluation splits only.
      visibility: [n, K], COCO's flags, evaluation splits only.
    """
    features = {
        CLIP_ID: _bytes([clip_id.encode()]),
        FRAME_NUMBERS: _ints(numbers),
        FRAMES: _bytes(jpegs),
    }
    if boxes is not None:
        features[BOX] = _floats(boxes)
    if keypoints is not None:
        features[KEYPOINTS] = _floats(keypoints)
        features[VISIBILITY] = _ints(visibility)
    return _serialize(features)


def parse_run(serialized: tf.Tensor, num_landmarks: int | None = None) -> dict:
    """The inverse of `encode_run`; `box` is float32 [n, 4] or, without, [0, 4].

    `num_landmarks` (K) asks for the labels too: `keypoints` float32 [n, K, 2]
    and `visibility` int32 [n, K].
    """
    ragged = {
        FRAME_NUMBERS: tf.io.RaggedFeature(tf.int64),
        FRAMES: tf.io.RaggedFeature(tf.string),
        BOX: tf.io.RaggedFeature(tf.float32),
    }
    if num_landmarks:
        ragged[KEYPOINTS] = tf.io.RaggedFeature(tf.float32)
        ragged[VISIBILITY] = tf.io.RaggedFeature(tf.int64)
    run = tf.io.parse_single_example(
        serialized, {CLIP_ID: tf.io.FixedLenFeature([], tf.string), **ragged}
    )
    run[BOX] = tf.reshape(run[BOX], [-1, 4])
    if num_landmarks:
        run[KEYPOINTS] = tf.reshape(run[KEYPOINTS], [-1, num_landmarks, 2])
        run[VISIBILITY] = tf.cast(
            tf.reshape(run[VISIBILITY], [-1, num_landmarks]), tf.int32
        )
    return run


def encode_pose(keypoints, visibility, box) -> bytes:
    """Serialises one pose: [K, 2] in [-1, 1], [K], and (x, y, w, h)."""
    return _serialize(
        {
            KEYPOINTS: _floats(keypoints),
            VISIBILITY: _ints(visibility),
            BOX: _floats(box),
        }
    )


def parse_poses(serialized: tf.Tensor, num_landmarks: int) -> tf.Tensor:
    """A batch [B] of serialised poses -> keypoints float32 [B, K, 2]."""
    keypoints = tf.io.FixedLenFeature([num_landmarks, 2], tf.float32)
    return tf.io.parse_example(serialized, {KEYPOINTS: keypoints})[KEYPOINTS]
