"""A picture of an evaluation: what the detector sees, against the truth."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

from tf_landmarks import overlay
from tf_landmarks import skeletons
from tf_landmarks.data import preprocessing
from tf_landmarks.models import renderer

ROWS = 12
_CELL = 192  # pixels
_CAPTION = 18
_FONT_SIZE = 12
_PAPER = (255, 255, 255)
_INK = (0, 0, 0)


class Row(NamedTuple):
    """One frame.

    Attributes:
      caption: which.
      x: [S, S, 3] in [-1, 1].
      y: skeleton image [S, S, C] in [0, 1].
      p: detected keypoints [K, 2] in [-1, 1].
      confidence: [K] in (0, 1].
      truth: [K, 2] in [-1, 1]; None where there are no labels.
      visibility: [K], COCO's flags; None where there are no labels.
    """

    caption: str
    x: np.ndarray
    y: np.ndarray
    p: np.ndarray
    confidence: np.ndarray
    truth: np.ndarray | None = None
    visibility: np.ndarray | None = None


def chosen_frames(num_frames: int) -> list[int]:
    """Which frames of a split to show: at most `ROWS`, evenly spread."""
    count = min(ROWS, num_frames)
    return [(2 * i + 1) * num_frames // (2 * count) for i in range(count)]


def render(
    rows: Sequence[Row], skeleton: skeletons.Skeleton, labels: str | None
) -> Image.Image:
    """Draws the sheet.

    Args:
      rows: one frame each.
      skeleton: of the landmarks.
      labels: what the truth is called; None where there is none.
    """
    titles = ["input", "skeleton image y", "detected"]
    titles += [labels] if labels else []
    height = _CAPTION + len(rows) * (_CELL + _CAPTION)
    sheet = Image.new("RGB", (len(titles) * _CELL, height), _PAPER)
    for column, title in enumerate(titles):
        _write(sheet, (column * _CELL, 0), title)
    for i, row in enumerate(rows):
        top = _CAPTION + i * (_CELL + _CAPTION)
        for column, cell in enumerate(_cells(row, skeleton)):
            sheet.paste(cell, (column * _CELL, top))
        _write(sheet, (0, top + _CELL), row.caption)
    return sheet


def _write(sheet: Image.Image, corner: tuple[int, int], text: str) -> None:
    x, y = corner
    ImageDraw.Draw(sheet).text(
        (x + 3, y + 1), text, _INK, ImageFont.load_default(_FONT_SIZE)
    )


def _cells(row: Row, skeleton: skeletons.Skeleton) -> list[Image.Image]:
    x = _enlarged((row.x + 1) * 127.5)
    y = _enlarged(renderer.in_colour(row.y).numpy() * 255)

    def with_pose(p, opacity):
        # The crop, enlarged, is itself a box of the cell's size.
        box = (0.0, 0.0, _CELL, _CELL)
        pixels = preprocessing.normalized_to_pixels(p, box, len(row.x))
        pose = overlay.Pose(pixels, opacity, _CELL)
        return Image.fromarray(overlay.draw(np.asarray(x), pose, skeleton))

    cells = [x, y, with_pose(row.p, overlay.opacity_of(row.confidence))]
    if row.truth is not None:
        cells.append(with_pose(row.truth, (row.visibility > 0) * 1.0))
    return cells


def _enlarged(image: np.ndarray) -> Image.Image:
    pixels = np.clip(np.round(image), 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).resize((_CELL, _CELL))
