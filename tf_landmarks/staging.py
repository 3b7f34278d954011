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
    written. After an error none moves.

    Args:
      folder: of the results, made where it is missing.
      flag: that named the folder, for messages.

    Raises:
      errors.UserError: see `hidden_folder`.
    """
    target = pathlib.Path(folder)
    path = target / f".{flag}.partial"
    with hidden_folder(path, f"--{flag}={folder}") as hidden:
        yield hidden
        _move(hidden, target)


@contextlib.contextmanager
def staged_beside(file: str, flag: str) -> Iterator[pathlib.Path]:
    """Yields a hidden folder; what is written there moves beside `file`.

    As `staged`, but other processes may write other files to its folder.

    Args:
      file: the result, or the one that names the results.
      flag: that named it, for messages.

    Raises:
      errors.UserError: see `hidden_folder`.
    """
    target = pathlib.Path(file)
    path = target.with_name(f".{target.name}.partial")
    with hidden_folder(path, f"--{flag}={file}") as hidden:
        yield hidden
        _move(hidden, target.parent)


@contextlib.contextmanager
def new_folder(folder: str, flag: str) -> Iterator[pathlib.Path]:
    """Yields a hidden folder; it becomes `folder` on success, as a whole.

    Args:
      folder: that is not there yet.
      flag: that named it, for messages.

    Raises:
      errors.UserError: the folder exists; or see `hidden_folder`.
    """
    check_new(folder, flag)
    target = pathlib.Path(os.path.abspath(folder))
    what = f"--{flag}={folder}"
    path = target.with_name(f".{target.name}.partial")
    with hidden_folder(path, what) as partial:
        yield partial
        _sync(partial)
        check_new(folder, flag)
        partial.rename(target)


def check_new(folder: str, flag: str) -> None:
    """Finds that a folder is not there yet.

    Raises:
      errors.UserError: it is.
    """
    if pathlib.Path(folder).exists():
        raise errors.UserError(
            f"--{flag}={folder} exists; delete it or choose another"
        )


def _sync(folder: pathlib.Path) -> None:
    """Flushes a folder to disk, and what it holds first."""
    for path in (*folder.rglob("*"), folder):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextlib.contextmanager
def hidden_folder(path: pathlib.Path, what: str) -> Iterator[pathlib.Path]:
    """Yields an empty folder that no other process writes to.

    It is deleted in the end, unless it was renamed; so are the folders above
    it that were made for it and hold nothing else. What a killed process left
    is deleted by the next.

    Args:
      path: of the folder.
      what: is written there: flag and value, for messages.

    Raises:
      errors.UserError: the folder cannot be made, or another process has it.
    """
    made = _missing(path.parent)
    with locked(path, what) as lock:
        _wipe(path)
        try:
            yield path
        finally:
            if _is(lock, path):
                shutil.rmtree(path, ignore_errors=True)
            _remove_empty(made)


@contextlib.contextmanager
def locked(folder: pathlib.Path, what: str) -> Iterator[int]:
    """Keeps other processes that ask for it out of a folder.

    Args:
      folder: made where it is missing, deleted in the end if it is empty.
      what: is written there: flag and value, for messages.

    Yields:
      The open folder.

    Raises:
      errors.UserError: the folder cannot be made, or another process has it.
    """
    made = _missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise errors.UserError(
            f"{what}: nothing can be written there ({error.strerror}); "
            "choose another folder"
        ) from error
    try:
        if not _lock(lock, folder):
            raise errors.UserError(
                f"{what}: another process is writing there; wait for it or "
                "choose another folder"
            )
        try:
            yield lock
        finally:
            _remove_empty(made)
    finally:
        os.close(lock)


def _lock(lock: int, path: pathlib.Path) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # The other process may have ended, and deleted it, in between.
    return _is(lock, path)


def _is(lock: int, path: pathlib.Path) -> bool:
    """Whether the open folder is still the one at this path."""
    try:
        return os.path.samestat(os.fstat(lock), os.stat(path))
    except FileNotFoundError:
        return False


def _wipe(folder: pathlib.Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _missing(folder: pathlib.Path) -> list[pathlib.Path]:
    """The folder and those above it that do not exist, the deepest first."""
    return [f for f in (folder, *folder.parents) if not f.exists()]


def _remove_empty(folders: list[pathlib.Path]) -> None:
    """Removes folders, the deepest first, up to one that holds something."""
    with contextlib.suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _move(hidden: pathlib.Path, target: pathlib.Path) -> None:
    for source in sorted(path for path in hidden.rglob("*") if path.is_file()):
        path = target / source.relative_to(hidden)
        path.parent.mkdir(parents=True, exist_ok=True)
        source.replace(path)
