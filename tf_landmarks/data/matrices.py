"""Variables of a MATLAB file, checked for what a dataset says they are."""

import pathlib
from collections.abc import Sequence

import numpy as np

from tf_landmarks.data import images
from tf_landmarks.data import matlab


class Variables:
    """Some variables of a file.

    Raises:
      images.BadFile: see `matlab.read`.
    """

    def __init__(self, path: pathlib.Path, names: Sequence[str]):
        self.path = path
        values = matlab.read(path, *names)
        self._values = dict(zip(names, values, strict=True))

    def error(self, what: str) -> images.BadFile:
        """What is wrong with the file, as a sentence to be raised."""
        return images.BadFile(
            f"{self.path}: {what}; fetch the dataset's own file again"
        )

    def numbers(self, name: str, shape: Sequence[int | None]) -> np.ndarray:
        """A matrix as float64 of a shape; None is any length.

        Raises:
          images.BadFile: it holds no numbers, or has another shape.
        """
        return self._checked(self._values[name], name, shape)

    def cells(self, name: str, shape: Sequence[int | None]) -> list[np.ndarray]:
        """The matrices of a cell array, each as of `numbers`.

        Raises:
          images.BadFile: it is none, or see `numbers`.
        """
        array = self._values[name]
        if array.dtype != object:
            raise self.error(f"{name} is not a cell array")
        return [
            self._checked(cell, f"{name}{{{i}}}", shape)
            for i, cell in enumerate(array.ravel(), start=1)
        ]

    def text(self, name: str) -> str:
        """A string.

        Raises:
          images.BadFile: it is none.
        """
        array = self._values[name]
        if array.dtype.kind != "U" or array.size != 1:
            raise self.error(f"{name} is not a text")
        return str(array.item())

    def _checked(self, array, name, shape) -> np.ndarray:
        if array.dtype.kind not in "biuf":
            raise self.error(f"{name} does not hold numbers")
        fits = len(array.shape) == len(shape) and all(
            wanted in (None, length)
            for wanted, length in zip(shape, array.shape, strict=True)
        )
        if not fits:
            wanted = "x".join("N" if n is None else str(n) for n in shape)
            raise self.error(
                f"{name} is {'x'.join(map(str, array.shape))}, not {wanted}"
            )
        return array.astype(np.float64)
