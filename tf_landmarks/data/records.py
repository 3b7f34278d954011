"""The schema of prepared data: TFRecord features and `dataset.json`.

A prepared folder holds

* `clips-SPLIT-NNNNN.tfrecord`: one example is one run of about 32 consecutive
  frames of one clip. Training splits hold no labels.
* `poses-SPLIT-NNNNN.tfrecord`: one example is one unpaired pose.
* `dataset.json`: what is in it, with the size and checksum of every shard.

The writer (`shards.py`) and the readers (`pipelines.py`) share the names here.
"""

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks import skeletons

SCHEMA_VERSION = 1
TOOL_VERSION = "0.1"
INFO_FILE = "dataset.json"

CLIP_ID = "clip_id"  # bytes []
FRAMES = "frames"  # bytes [n], JPEG, S x S
FRAME_NUMBERS = "frame_numbers"  # int64 [n], 0-based, of the clip
KEYPOINTS = "keypoints"  # float [n * K * 2] or [K * 2], in [-1, 1]
VISIBILITY = "visibility"  # int64 [n * K] or [K]: 0 not labelled, 1 hidden, 2
BOX = "box"  # float [4]: what a pose's keypoints were normalised by


class Shard(NamedTuple):
    """One TFRecord file: name, number of records, size, checksum (hex)."""

    file: str
    records: int
    bytes: int
    sha256: str


class Split(NamedTuple):
    """What `dataset.json` says of one split."""

    clips: int = 0
    frames: int = 0
    poses: int = 0
    clip_shards: tuple[Shard, ...] = ()
    pose_shards: tuple[Shard, ...] = ()

    @property
    def records(self) -> int:
        """The number of runs, that is of examples in the clip shards."""
        return sum(shard.records for shard in self.clip_shards)


class DatasetInfo(NamedTuple):
    """The contents of `dataset.json`.

    `labels` says what the test split's keypoints are: None where it has none,
    "labels", or "pseudo-labels (dlib)". `source` is for people: where the
    data came from and what was left out.
    """

    name: str
    skeleton: skeletons.Skeleton
    image_size: int
    splits: dict[str, Split]
    labels: str | None = None
    source: dict | None = None


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
    clip_id: str, numbers, jpegs, keypoints=None, visibility=None
) -> bytes:
    """Serialises a run of n frames.

    Args:
      clip_id: the clip's name.
      numbers: [n] frame numbers.
      jpegs: n encoded images.
      keypoints: [n, K, 2] in [-1, 1], evaluation splits only.
      visibility: [n, K], COCO's flags, evaluation splits only.
    """
    features = {
        CLIP_ID: _bytes([clip_id.encode()]),
        FRAME_NUMBERS: _ints(numbers),
        FRAMES: _bytes(jpegs),
    }
    if keypoints is not None:
        features[KEYPOINTS] = _floats(keypoints)
        features[VISIBILITY] = _ints(visibility)
    return _serialize(features)


def parse_run(serialized: tf.Tensor, num_landmarks: int | None = None) -> dict:
    """The inverse of `encode_run`.

    `num_landmarks` (K) asks for the labels too: `keypoints` float32 [n, K, 2]
    and `visibility` int32 [n, K].
    """
    ragged = {
        FRAME_NUMBERS: tf.io.RaggedFeature(tf.int64),
        FRAMES: tf.io.RaggedFeature(tf.string),
    }
    if num_landmarks:
        ragged[KEYPOINTS] = tf.io.RaggedFeature(tf.float32)
        ragged[VISIBILITY] = tf.io.RaggedFeature(tf.int64)
    run = tf.io.parse_single_example(
        serialized, {CLIP_ID: tf.io.FixedLenFeature([], tf.string), **ragged}
    )
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


def info_to_json(info: DatasetInfo) -> str:
    """The text of `dataset.json`."""
    splits = {
        name: {
            **split._asdict(),
            "records": split.records,
            "clip_shards": [s._asdict() for s in split.clip_shards],
            "pose_shards": [s._asdict() for s in split.pose_shards],
        }
        for name, split in info.splits.items()
    }
    fields = {
        "schema_version": SCHEMA_VERSION,
        "tool_version": TOOL_VERSION,
        "name": info.name,
        "category": info.skeleton.to_coco(),
        "image_size": info.image_size,
        "labels": info.labels,
        "splits": splits,
        "source": info.source,
    }
    return json.dumps(fields, indent=1) + "\n"


def _split_from_json(fields: dict) -> Split:
    shards = {
        kind: tuple(Shard(**shard) for shard in fields[kind])
        for kind in ("clip_shards", "pose_shards")
    }
    counts = {kind: fields[kind] for kind in ("clips", "frames", "poses")}
    return Split(**counts, **shards)


def _info_from_json(fields: dict) -> DatasetInfo:
    splits = fields["splits"].items()
    return DatasetInfo(
        name=fields["name"],
        skeleton=skeletons.from_coco(fields["category"]),
        image_size=fields["image_size"],
        splits={name: _split_from_json(split) for name, split in splits},
        labels=fields["labels"],
        source=fields["source"],
    )


def read_info(data_dir: str) -> DatasetInfo:
    """Reads and checks `dataset.json` and the sizes of its shards.

    Raises:
      errors.UserError: there is no such folder, it is not a prepared one, it
        is of another version, or a shard is missing or cut.
    """
    open_remote(data_dir)
    if not tf.io.gfile.isdir(data_dir):
        raise errors.UserError(
            f"--data_dir={data_dir}: no such folder; make it with "
            "`bazel run //tf_landmarks:prepare`"
        )
    path = os.path.join(data_dir, INFO_FILE)
    if not tf.io.gfile.exists(path):
        raise errors.UserError(
            f"--data_dir={data_dir}: not a prepared folder ({INFO_FILE} is "
            "missing); make one with `bazel run //tf_landmarks:prepare`"
        )
    with tf.io.gfile.GFile(path) as file:
        text = file.read()
    try:
        fields = json.loads(text)
        version = fields["schema_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise errors.UserError(
            f"{path}: damaged ({error}); delete the folder and prepare it again"
        ) from error
    if version != SCHEMA_VERSION:
        raise errors.UserError(
            f"{path}: prepared with schema {version}, this version reads "
            f"schema {SCHEMA_VERSION}; delete the folder and prepare it again"
        )
    info = _info_from_json(fields)
    for split in info.splits.values():
        for shard in (*split.clip_shards, *split.pose_shards):
            _check_size(os.path.join(data_dir, shard.file), shard)
    return info


def _check_size(path: str, shard: Shard) -> None:
    remedy = "copy the folder again or prepare it again"
    if not tf.io.gfile.exists(path):
        raise errors.UserError(f"{path}: the shard is missing; {remedy}")
    size = tf.io.gfile.stat(path).length
    if size != shard.bytes:
        raise errors.UserError(
            f"{path}: has {size} bytes instead of {shard.bytes}; {remedy}"
        )


def open_remote(path: str) -> None:
    """Makes `s3://`, `az://`, `hdfs://` paths readable; local ones are."""
    if "://" in path:
        import tensorflow_io  # noqa: F401  (registers the file systems)
