"""Cuts the cells out of a figure."""

import numpy as np
from PIL import Image

from tests import tiny_runs

TIMES = 6  # of a frame of tiny_runs.SIZE, which makes 192 pixels
SIDE = TIMES * tiny_runs.SIZE
GAP = 4
LINE = 18


def size(rows: int, columns: int, head: int = 1, below: int = 1):
    """Of a picture with `head` lines of titles, `below` of captions."""
    width = columns * (SIDE + GAP) - GAP
    return width, head * LINE + rows * (SIDE + below * LINE + GAP) - GAP


def cut(
    picture: Image.Image, row: int, column: int, head: int = 1, below: int = 1
) -> np.ndarray:
    """A cell, uint8 [SIDE, SIDE, 3]."""
    top = head * LINE + row * (SIDE + below * LINE + GAP)
    left = column * (SIDE + GAP)
    return np.asarray(picture)[top : top + SIDE, left : left + SIDE]


def shrunk(cell: np.ndarray) -> np.ndarray:
    """A cell's own pixels in [0, 1], [S, S, 3]; they must be whole blocks."""
    pixels = cell[::TIMES, ::TIMES]
    blocks = pixels.repeat(TIMES, axis=0).repeat(TIMES, axis=1)
    np.testing.assert_array_equal(cell, blocks)
    return pixels / 255
