"""Landmarks drawn over pictures."""

import colorsys

import numpy as np
from PIL import Image
from PIL import ImageDraw

from serving import messages

_LINE, _RADIUS = 1 / 200, 1 / 150  # of the picture's longer side


def draw(
    image: np.ndarray, keypoints: np.ndarray, landmarks: messages.Landmarks
) -> Image.Image:
    """A picture with the limbs and points of one detection.

    Args:
      image: uint8 RGB [H, W, 3].
      keypoints: [K, 2] in its pixels; the centre of the first is (0, 0).
      landmarks: what they are.
    """
    picture = Image.fromarray(image)
    canvas = ImageDraw.Draw(picture)
    side = max(picture.size)
    width, radius = max(1, round(_LINE * side)), max(1.5, _RADIUS * side)
    points = [(float(x), float(y)) for x, y in keypoints]
    for number, (a, b) in enumerate(landmarks.edges):
        colour = _colour(number / max(len(landmarks.edges), 1))
        canvas.line([points[a], points[b]], colour, width)
    for x, y in points:
        box = (x - radius, y - radius, x + radius, y + radius)
        canvas.ellipse(box, "white", "black")
    return picture


def _colour(hue: float) -> tuple[int, int, int]:
    return tuple(round(255 * c) for c in colorsys.hsv_to_rgb(hue, 0.8, 1.0))
