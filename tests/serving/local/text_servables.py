"""Versions in a folder, which load as the text that each has."""

import pathlib
from collections.abc import Callable

import grpc

from serving.local import refusals


def add(base_path: pathlib.Path, number: int, text: str) -> None:
    """Adds a version; one of the text "broken" cannot be loaded."""
    folder = base_path / str(number)
    folder.mkdir(parents=True)
    (folder / "weights").write_text(text)


def load(number: int, path: pathlib.Path) -> str:
    """The text of a version.

    Raises:
      ValueError: it is "broken".
    """
    text = (path / "weights").read_text()
    if text == "broken":
        raise ValueError(f"version {number} is broken")
    return text


def found(find: Callable[..., str], *spec) -> str | grpc.StatusCode:
    """The text that is found, or the code of the refusal."""
    try:
        return find(*spec)
    except refusals.Refusal as refusal:
        return refusal.code
