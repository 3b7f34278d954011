"""Draws landmarks and limbs over an image, left and right told apart."""

from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL import ImageDraw

from tf_landmarks import skeletons

# Of Okabe and Ito's palette, which the colour-blind can tell apart. Left and
# right are the person's own, not the viewer's.
COLOURS = {
    "left": (86, 180, 233),
    "right": (213, 94, 0),
    "middle": (240, 228, 66),
}
_OUTLINE = (0, 0, 0)

# Fractions of `scale`.
_LINE = 1 / 150
_RADIUS = 1 / 110
_OUTLINE_WIDTH = 1 / 400

_FAINTEST = 0.35  # opacity at a confidence of 0


class Pose(NamedTuple):
    """What to draw.

    Attributes:
      keypoints: [K, 2] in the image's pixels, integers are pixels' centres.
      opacity: [K] in [0, 1]; a landmark of 0, and its limbs, are not drawn.
      scale: side of the square that holds the object, in pixels: lines and
        points are as wide as suits it.
    """

    keypoints: np.ndarray
    opacity: np.ndarray
    scale: float


def opacity_of(confidence: np.ndarray) -> np.ndarray:
    """Confidences [K] in (0, 1] -> opacities, never so low as to vanish.

    The root, since a confidence is a product over two axes.
    """
    return _FAINTEST + (1 - _FAINTEST) * np.sqrt(confidence)


def draw(
    image: np.ndarray, pose: Pose, skeleton: skeletons.Skeleton
) -> np.ndarray:
    """Draws a pose over a copy of an image.

    Args:
      image: uint8 RGB [H, W, 3].
      pose: of K landmarks.
      skeleton: of the same landmarks; its edges are the limbs.

    Returns:
      uint8 RGB [H, W, 3].
    """
    canvas = Image.fromarray(np.ascontiguousarray(image))
    region = _region(pose, canvas.size)
    if region is None:
        return np.asarray(canvas)
    layer = _Layer(region, pose.scale)
    for a, b in skeleton.edges:
        opacity = min(pose.opacity[a], pose.opacity[b])
        side = _side_of_limb(skeleton.side(a), skeleton.side(b))
        layer.line(pose.keypoints[a], pose.keypoints[b], side, opacity)
    for i in range(skeleton.num_landmarks):
        layer.point(pose.keypoints[i], skeleton.side(i), pose.opacity[i])
    canvas.paste(*layer.finish())
    return np.asarray(canvas)


def _side_of_limb(a: str, b: str) -> str:
    """A limb from the middle to a side is of that side."""
    sides = {a, b} - {"middle"}
    return sides.pop() if len(sides) == 1 else "middle"


def _region(pose: Pose, size: tuple[int, int]):
    """The part of the image that is drawn on: (left, top, right, bottom)."""
    points = pose.keypoints[pose.opacity > 0]
    if not len(points):
        return None
    margin = 2 + pose.scale * (_RADIUS + _OUTLINE_WIDTH)
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + margin) + 1, size)
    if (high <= low).any():
        return None
    return (*low.tolist(), *high.astype(int).tolist())


class _Layer:
    """A transparent picture, drawn larger and scaled down: smooth edges."""

    def __init__(self, region, scale: float):
        self._corner = np.array(region[:2])
        self._size = (region[2] - region[0], region[3] - region[1])
        # Wide lines need less of it, and most of the time goes here.
        self._factor = 4 if max(self._size) <= 256 else 2
        self._scale = max(scale, 100.0) * self._factor
        self._image = Image.new(
            "RGBA", [side * self._factor for side in self._size]
        )
        self._draw = ImageDraw.Draw(self._image)

    def _position(self, point: np.ndarray) -> tuple[int, int]:
        """Pixels of the image -> the nearest corner of the layer's pixels."""
        x, y = (point + 0.5 - self._corner) * self._factor
        return round(x), round(y)

    def _width(self, fraction: float) -> int:
        """Even, so that what is drawn lies evenly about a corner."""
        return 2 * max(1, round(fraction * self._scale / 2))

    def line(self, start, end, side: str, opacity: float) -> None:
        """Draws a limb."""
        if opacity <= 0:
            return
        # Pillow puts a line of even width half a pixel to the lower right.
        ends = [v - 1 for p in (start, end) for v in self._position(p)]
        colour, alpha = COLOURS[side], round(255 * opacity)
        width, outline = self._width(_LINE), self._width(2 * _OUTLINE_WIDTH)
        self._draw.line(ends, (*_OUTLINE, alpha), width + outline)
        self._draw.line(ends, (*colour, alpha), width)

    def point(self, centre, side: str, opacity: float) -> None:
        """Draws a landmark."""
        if opacity <= 0:
            return
        x, y = self._position(centre)
        colour, alpha = COLOURS[side], round(255 * opacity)
        radius, outline = self._width(_RADIUS), self._width(_OUTLINE_WIDTH)
        for r, fill in ((radius + outline, _OUTLINE), (radius, colour)):
            # Pillow fills the pixels of both corners.
            box = (x - r, y - r, x + r - 1, y + r - 1)
            self._draw.ellipse(box, (*fill, alpha))

    def finish(self):
        """What `Image.paste` takes: colours, corner, opacities."""
        small = self._image.reduce(self._factor)
        return small.convert("RGB"), tuple(self._corner.tolist()), small
