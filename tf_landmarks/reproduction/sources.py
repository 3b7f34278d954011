"""Datasets that others own: which are there, which are missing."""

import os
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from tf_landmarks import errors
from tf_landmarks.reproduction import steps
from tf_landmarks.reproduction import tables

# Where it is told of a dataset, if not under its own name.
_TOLD_OF_IN = {"simple_h36m": "h36m"}


def parse(given: Sequence[str], known: Iterable[str]) -> dict[str, str]:
    """Reads --sources.

    Args:
      given: NAME=DIR each.
      known: names of the datasets that any table needs.

    Returns:
      the folders, by name.

    Raises:
      errors.UserError: no such dataset, or no such folder.
    """
    folders = {}
    for source in given:
        name, equals, folder = source.partition("=")
        if name not in known or not equals:
            raise errors.UserError(
                f"--sources={source}: give NAME=FOLDER, with a comma to the "
                f"next, where NAME is one of {', '.join(sorted(known))}"
            )
        if not os.path.isdir(folder):
            raise errors.UserError(
                f"--sources={source}: there is no such folder; check the path"
            )
        folders[name] = folder
    return folders


def names(rows: Iterable[tables.Row]) -> set[str]:
    """The datasets of others that rows need, to train and to evaluate."""
    return {
        name
        for row in rows
        for data in (row.training and row.training.data, row.test_data)
        for name in (data.sources.values() if data else ())
    }


def missing(
    todo: Iterable[steps.Step], folders: Mapping[str, str]
) -> list[str]:
    """The datasets that steps need and that were not given, by name."""
    needed = {
        name: None  # a set that keeps its order
        for step in todo
        if isinstance(step, steps.Prepare)
        for name in step.data.sources.values()
    }
    return [name for name in needed if name not in folders]


def explain(names_of_missing: Sequence[str], folders: Mapping[str, str]) -> str:
    """A sentence for each, and the flag that gives them all."""
    told = [
        f"{name} is missing: docs/datasets/{_TOLD_OF_IN.get(name, name)}.md "
        "tells how to get it"
        for name in names_of_missing
    ]
    all_folders = {**folders, **dict.fromkeys(names_of_missing, "FOLDER")}
    given = ",".join(f"{name}={folder}" for name, folder in all_folders.items())
    return "\n".join([*told, f"then give --sources={given}"])
