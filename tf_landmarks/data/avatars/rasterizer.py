"""A z-buffer in NumPy: which triangle each pixel sees, and where in it.

A pixel is covered where its centre lies in a triangle. No display, no GPU and
the same result everywhere.
"""

from typing import NamedTuple

import numpy as np

_DEPTH_STEPS = 2.0**34  # of 1 / depth, which must stay below 2^9
_PIECE_BITS = 20  # fewer pieces of triangles than 2^20 in a picture
_EDGE = 1e-6  # pixels on an edge belong to both sides: no cracks


class Fragments(NamedTuple):
    """What is seen at P covered pixels, in the order of the pixels.

    Attributes:
      pixels: [P] row * size + column.
      triangles: [P] indices.
      weights: [P, 3] barycentric, of the triangle's corners on the screen.
      depths: [P].
    """

    pixels: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray
    depths: np.ndarray


def rasterize(
    points: np.ndarray, depths: np.ndarray, triangles: np.ndarray, size: int
) -> Fragments:
    """Draws triangles that face the camera.

    Args:
      points: [N, 2] (x, y) in pixels; an integer is a pixel's centre.
      depths: [N] distances along the view, all over 0.002.
      triangles: [M, 3]; counterclockwise ones, as seen, face the camera.
      size: H = W in pixels.
    """
    a, b, c = (points[triangles[:, corner]] for corner in range(3))  # [M, 2]
    # Pair by pair: over an axis of three NumPy takes five times as long.
    low = np.ceil(np.minimum(np.minimum(a, b), c)).astype(np.int64)
    high = np.floor(np.maximum(np.maximum(a, b), c)).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, size - 1)
    extent = high - low + 1
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    is_seen = (extent[:, 0] > 0) & (extent[:, 1] > 0)
    (drawn,) = np.nonzero(is_seen & (area < -1e-9))
    piece, x, y = _boxes(low[drawn], extent[drawn])
    # The second and third corners' weights are linear in x and y.
    scale = 1.0 / area[drawn, np.newaxis]
    to_b = ac[drawn][:, [1, 0]] * [1.0, -1.0] * scale
    to_c = ab[drawn][:, [1, 0]] * [-1.0, 1.0] * scale
    offset = np.stack([x, y], axis=1) - a[drawn][piece]
    at_b = np.einsum("pi,pi->p", offset, to_b[piece])
    at_c = np.einsum("pi,pi->p", offset, to_c[piece])
    at_a = 1.0 - at_b - at_c
    inside = (at_b >= -_EDGE) & (at_c >= -_EDGE) & (at_b + at_c <= 1.0 + _EDGE)
    return _nearest(
        y[inside] * size + x[inside],
        drawn[piece[inside]],
        np.stack([at_a, at_b, at_c], axis=1)[inside],
        1.0 / depths[triangles],
        size,
    )


def _boxes(low: np.ndarray, extent: np.ndarray):
    """All pixels of M boxes: the box [P] that each is of, its x and its y."""
    counts = extent[:, 0] * extent[:, 1]
    box = np.repeat(np.arange(len(low)), counts)
    place = np.arange(len(box)) - np.repeat(np.cumsum(counts) - counts, counts)
    row, column = np.divmod(place, extent[box, 0])
    return box, low[box, 0] + column, low[box, 1] + row


def _nearest(pixels, triangles, weights, nearness, size: int) -> Fragments:
    """Of all pieces at a pixel the nearest; the first of equally near ones."""
    # 1 / depth is linear on the screen.
    near = np.einsum("pi,pi->p", weights, nearness[triangles])
    last = (1 << _PIECE_BITS) - 1
    order = last - np.arange(len(pixels))
    keys = (near * _DEPTH_STEPS).astype(np.int64) << _PIECE_BITS | order
    buffer = np.full(size * size, -1, np.int64)
    np.maximum.at(buffer, pixels, keys)
    (covered,) = np.nonzero(buffer >= 0)
    seen = last - (buffer[covered] & last)
    return Fragments(covered, triangles[seen], weights[seen], 1.0 / near[seen])
