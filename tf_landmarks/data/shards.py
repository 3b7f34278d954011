"""Writes prepared data so that a killed run leaves nothing to mistake.

Everything goes into a hidden, locked sibling of the target, `.NAME.partial`;
`dataset.json` comes last, then one rename makes the folder appear whole.
"""

import contextlib
import hashlib
import pathlib
import shutil
from collections.abc import Iterator

import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks.data import records

# Small enough that the shards which are read in turn mix many clips.
MAX_SHARD_BYTES = 16_000_000
_FRAMING_BYTES = 16  # a TFRecord's length and two checksums


@contextlib.contextmanager
def new_folder(data_dir: str) -> Iterator[pathlib.Path]:
    """Yields a folder to write into; it becomes `data_dir` on success.

    Raises:
      errors.UserError: `data_dir` exists, is remote, or is being written by
        another process.
    """
    check_new(data_dir)
    with staging.new_folder(data_dir, "data_dir") as partial:
        yield partial


def check_new(data_dir: str) -> None:
    """Finds a folder to be local, and not there yet.

    Raises:
      errors.UserError: it is not.
    """
    if records.is_remote(data_dir):
        raise errors.UserError(
            f"--data_dir={data_dir}: prepare writes to local folders only; "
            "write to one and copy it there"
        )
    staging.check_new(data_dir, "data_dir")


class ShardWriter:
    """Appends TFRecords to numbered shards of at most `max_bytes`.

    Records become part of the shards only at `commit`, so that a clip which
    turns out to be damaged can be dropped whole by `rollback`. A TFRecord
    file is a plain sequence of records: appending bytes is enough.
    """

    def __init__(
        self, folder: pathlib.Path, prefix: str, max_bytes=MAX_SHARD_BYTES
    ):
        self._folder = folder
        self._prefix = prefix
        self._max_bytes = max_bytes
        self._shards: list[records.Shard] = []
        self._parts: list[tuple[pathlib.Path, int, int]] = []
        self._writer = None

    def write(self, record: bytes) -> None:
        """Adds a record to what the next `commit` keeps."""
        size = len(record) + _FRAMING_BYTES
        if self._writer is None or self._parts[-1][2] + size > self._max_bytes:
            self._new_part()
        self._writer.write(record)
        path, count, total = self._parts[-1]
        self._parts[-1] = (path, count + 1, total + size)

    def commit(self) -> None:
        """Keeps what was written since the last commit or rollback."""
        self._close_part()
        for path, count, size in self._parts:
            self._append(path, count, size)
        self._parts = []

    def rollback(self) -> None:
        """Drops what was written since the last commit or rollback."""
        self._close_part()
        for path, _, _ in self._parts:
            path.unlink()
        self._parts = []

    def finish(self) -> tuple[records.Shard, ...]:
        """The committed shards, flushed to disk and summed."""
        return tuple(
            shard._replace(sha256=_checksum(self._folder / shard.file))
            for shard in self._shards
        )

    def _new_part(self) -> None:
        self._close_part()
        name = f"{self._prefix}-part-{len(self._parts):05d}"
        path = self._folder / name
        self._writer = tf.io.TFRecordWriter(str(path))
        self._parts.append((path, 0, 0))

    def _close_part(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _append(self, part: pathlib.Path, count: int, size: int) -> None:
        last = self._shards[-1] if self._shards else None
        if last is None or last.bytes + size > self._max_bytes:
            name = f"{self._prefix}-{len(self._shards):05d}.tfrecord"
            part.rename(self._folder / name)
            self._shards.append(records.Shard(name, count, size, ""))
            return
        with (
            open(part, "rb") as source,
            open(self._folder / last.file, "ab") as target,
        ):
            shutil.copyfileobj(source, target)
        part.unlink()
        self._shards[-1] = last._replace(
            records=last.records + count, bytes=last.bytes + size
        )


def _checksum(path: pathlib.Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_info(folder: pathlib.Path, info: records.DatasetInfo) -> None:
    """Writes `dataset.json`."""
    (folder / records.INFO_FILE).write_text(records.info_to_json(info))
