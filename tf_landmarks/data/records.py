"""What a prepared folder holds, and `dataset.json`, which says so.

A prepared folder holds

* `clips-SPLIT-NNNNN.tfrecord`: one example is one run of about 32 frames
  of one clip, in order. Training splits hold no labels.
* `poses-SPLIT-NNNNN.tfrecord`: one example is one unpaired pose.
* `dataset.json`: what is in it, with the size and checksum of every shard.

The features of an example are in `examples.py`.
"""

import json
import os
from typing import NamedTuple

import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks import skeletons

SCHEMA_VERSION = 1
TOOL_VERSION = "0.1"
INFO_FILE = "dataset.json"


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
        info = _parse_info(path, file.read())
    for split in info.splits.values():
        for shard in (*split.clip_shards, *split.pose_shards):
            _check_size(os.path.join(data_dir, shard.file), shard)
    return info


def _parse_info(path: str, text: str) -> DatasetInfo:
    try:
        fields = json.loads(text)
        version = fields["schema_version"]
        if version == SCHEMA_VERSION:
            return _info_from_json(fields)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise errors.UserError(
            f"{path}: damaged ({error!r}); delete the folder and prepare it "
            "again"
        ) from error
    raise errors.UserError(
        f"{path}: prepared with schema {version}, this version reads schema "
        f"{SCHEMA_VERSION}; delete the folder and prepare it again"
    )


def _check_size(path: str, shard: Shard) -> None:
    remedy = "copy the folder again or prepare it again"
    if not tf.io.gfile.exists(path):
        raise errors.UserError(f"{path}: the shard is missing; {remedy}")
    size = tf.io.gfile.stat(path).length
    if size != shard.bytes:
        raise errors.UserError(
            f"{path}: has {size} bytes instead of {shard.bytes}; {remedy}"
        )


def is_remote(path: str) -> bool:
    """Whether a folder is on `s3://`, `az://`, `hdfs://` and their like."""
    return "://" in path


def open_remote(path: str) -> None:
    """Makes `s3://`, `az://`, `hdfs://` paths readable; local ones are."""
    if is_remote(path):
        import tensorflow_io  # noqa: F401  (registers the file systems)


def absolute(data_dir: str) -> str:
    """The folder's name from wherever one is; a remote one's is so already."""
    return data_dir if is_remote(data_dir) else os.path.abspath(data_dir)
