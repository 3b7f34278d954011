"""Detectors that come with the project: a folder each in pretrained/.

A folder is a run's, cut down by `publish` to what it takes to detect.
"""

import pathlib

from tf_landmarks import errors

# Not resolved: under Bazel this is the runfiles, where the folders are too.
FOLDER = pathlib.Path(__file__).absolute().parent / "pretrained"


def names() -> list[str]:
    """Of the detectors that are there."""
    return sorted(path.parent.name for path in FOLDER.glob("*/run.json"))


def workdir(name: str) -> str:
    """The folder of a detector, to be used as a run's --workdir.

    Raises:
      errors.UserError: there is no detector of this name.
    """
    if name not in names():
        there = ", ".join(names()) or "none yet: train one, and give --workdir"
        raise errors.UserError(
            f"--pretrained={name} does not come with this project; what does: "
            f"{there}"
        )
    return str(FOLDER / name)


def chosen(workdir_flag: str | None, pretrained_flag: str | None) -> str:
    """The folder that the user names by one of two flags.

    Args:
      workdir_flag: --workdir, of a run.
      pretrained_flag: --pretrained, the name of a detector.

    Raises:
      errors.UserError: neither is given, or both, or see `workdir`.
    """
    if bool(workdir_flag) == bool(pretrained_flag):
        raise errors.UserError(
            "give either --workdir, the folder of a run, or --pretrained, the "
            "name of a detector that comes with this project, and not both"
        )
    return workdir_flag or workdir(pretrained_flag)
