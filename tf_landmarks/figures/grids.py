"""Pictures in rows and columns, with titles and captions.

Pixels are repeated, not interpolated: what a skeleton image hides is small.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

from tf_landmarks import overlay
from tf_landmarks import skeletons
from tf_landmarks.data import preprocessing
from tf_landmarks.models import renderer

_LEAST_SIDE = 192  # of a cell, in pixels: landmarks can be told apart
GAP = 4
LINE = 18
_FONT_SIZE = 13
_PAPER = (255, 255, 255)
_INK = (0, 0, 0)


class Cell(NamedTuple):
    """One picture.

    Attributes:
      image: uint8 [C, C, 3], all of a grid alike; None leaves it blank.
      caption: a line below.
    """

    image: np.ndarray | None
    caption: str = ""


def magnification(size: int) -> int:
    """How often a pixel of an image of `size` pixels is repeated."""
    return -(-_LEAST_SIDE // size)


def enlarged(image: np.ndarray) -> np.ndarray:
    """A picture [S, S, 3] in [0, 1], clipped to it -> uint8 [C, C, 3]."""
    pixels = np.round(np.clip(image, 0.0, 1.0) * 255).astype(np.uint8)
    times = magnification(len(pixels))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def enlarged_frame(x: np.ndarray) -> np.ndarray:
    """A frame [S, S, 3] in [-1, 1], clipped to it -> uint8 [C, C, 3]."""
    return enlarged((np.asarray(x) + 1) / 2)


def enlarged_skeleton(y: np.ndarray) -> np.ndarray:
    """A skeleton image [S, S, C] in [0, 1], clipped -> uint8 [C, C, 3]."""
    return enlarged(renderer.in_colour(tf.constant(y)).numpy())


def in_pixels(p: np.ndarray, size: int) -> np.ndarray:
    """Keypoints [K, 2] in [-1, 1] of a frame -> pixels of its cell."""
    side = float(size * magnification(size))
    return preprocessing.normalized_to_pixels(p, (0.0, 0.0, side, side), size)


def with_pose(
    x: np.ndarray,
    p: np.ndarray,
    skeleton: skeletons.Skeleton,
    opacity: np.ndarray | None = None,
) -> np.ndarray:
    """A frame with landmarks and limbs over it.

    Args:
      x: [S, S, 3] in [-1, 1].
      p: keypoints [K, 2] in [-1, 1].
      skeleton: of them.
      opacity: [K] in [0, 1]; None is 1 for all.

    Returns:
      uint8 [C, C, 3].
    """
    cell = enlarged_frame(x)
    opacity = np.ones(len(p)) if opacity is None else opacity
    pose = overlay.Pose(in_pixels(p, len(x)), opacity, float(len(cell)))
    return overlay.draw(cell, pose, skeleton)


def render(
    rows: Sequence[Sequence[Cell]], titles: Sequence[str] = ()
) -> Image.Image:
    """Draws a grid.

    Its cells are `GAP` pixels apart. Above the columns are as many lines of
    `LINE` pixels as the longest title has; below every row is one if any cell
    of the grid has a caption. What is too long for its cell is cut.

    Args:
      rows: of cells, all of the same size.
      titles: of the columns, with line breaks.
    """
    side = next(len(c.image) for r in rows for c in r if c.image is not None)
    columns = max(len(row) for row in rows)
    head = LINE * max((title.count("\n") + 1 for title in titles), default=0)
    below = LINE if any(c.caption for r in rows for c in r) else 0
    pitch = side + below + GAP
    size = (columns * (side + GAP) - GAP, head + len(rows) * pitch - GAP)
    sheet = Image.new("RGB", size, _PAPER)
    for column, title in enumerate(titles):
        for line, text in enumerate(title.split("\n")):
            _write(sheet, (column * (side + GAP), line * LINE), text, side)
    for i, row in enumerate(rows):
        for column, cell in enumerate(row):
            left, top = column * (side + GAP), head + i * pitch
            if cell.image is not None:
                sheet.paste(Image.fromarray(cell.image), (left, top))
            _write(sheet, (left, top + side), cell.caption, side)
    return sheet


def _write(sheet, corner: tuple[int, int], text: str, width: int) -> None:
    font = ImageFont.load_default(_FONT_SIZE)
    shown = text
    while font.getlength(shown) > width - 4:
        text = text[:-1]
        shown = text + "..."
    x, y = corner
    ImageDraw.Draw(sheet).text((x + 2, y + 1), shown, _INK, font)
