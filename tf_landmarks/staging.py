"""Results that appear whole or not at all."""

import contextlib
import fcntl
import os
import pathlib
import shutil
from collections.abc import Iterator

from tf_landmarks import errors


@contextlib.contextmanager
def staged(folder: str, flag: str) -> Iterator[pathlib.Path]:
    """Yields a hidden folder; what is written there moves to `folder`.

    Each file moves by one rename, in the place of an older one, once all are
    written. After an error none moves. What a killed process left is deleted
    by the next.

    Args:
      folder: of the results, made where it is missing.
      flag: that named the folder, for messages.

    Raises:
      errors.UserError: the folder cannot be made or written to, or another
        process is writing to it.
    """
    target = pathlib.Path(folder)
    hidden = target / f".{flag}.partial"
    try:
        hidden.mkdir(parents=True, exist_ok=True)
        lock = os.open(hidden, os.O_RDONLY)
    except OSError as error:
        raise errors.UserError(
            f"--{flag}={folder}: results cannot be written there "
            f"({error.strerror}); choose another folder"
        ) from error
    try:
        _lock(lock, hidden, f"--{flag}={folder}")
        _wipe(hidden)
        try:
            yield hidden
            _move(hidden, target)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    finally:
        os.close(lock)


def _lock(lock: int, hidden: pathlib.Path, what: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The other process may have ended, and deleted it, in between.
        if os.fstat(lock).st_ino == os.stat(hidden).st_ino:
            return
    except (BlockingIOError, FileNotFoundError):
        pass
    raise errors.UserError(
        f"{what}: another process is writing there; wait for it or choose "
        "another folder"
    )


def _wipe(folder: pathlib.Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _move(hidden: pathlib.Path, target: pathlib.Path) -> None:
    for source in sorted(path for path in hidden.rglob("*") if path.is_file()):
        path = target / source.relative_to(hidden)
        path.parent.mkdir(parents=True, exist_ok=True)
        source.replace(path)
