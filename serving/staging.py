"""Hidden folders that results are written to, before they are renamed."""

import contextlib
import fcntl
import os
import pathlib
import shutil

from serving import command_line


def claim(folder: pathlib.Path, what: str) -> contextlib.ExitStack:
    """Makes a folder that no other process writes to, or empties it.

    What is in it was left by a process that was killed.

    Args:
      folder: to make.
      what: is written there: flag and value, for messages.

    Returns:
      The claim; closing it gives the folder up.

    Raises:
      command_line.UserError: another process has it.
      OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        number = os.open(folder, os.O_RDONLY)
        stack.callback(os.close, number)
        if not _lock(number, folder):
            raise command_line.UserError(
                f"{what}: another process is writing there; wait for it or "
                "choose another folder"
            )
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return stack.pop_all()


def _lock(number: int, folder: pathlib.Path) -> bool:
    """Whether the open folder is ours now, and still at this path."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(number), os.stat(folder))
    except (BlockingIOError, FileNotFoundError):
        return False
