"""Renderer β: keypoints p [B, K, 2] -> skeleton image y [B, H, W, 1].

Paper sec. 3.1, eqs. 1 and 2. Analytical and without variables, so that no
appearance passes it.
"""

from collections.abc import Sequence

import tensorflow as tf
from tensorflow import keras


def _pixel_centres(size: int) -> tf.Tensor:
    return tf.linspace(-1.0, 1.0, size)


def squared_distance_to_limbs(
    p: tf.Tensor, edges: Sequence[tuple[int, int]], size: int
) -> tf.Tensor:
    """Of each pixel to each limb: [B, E, size, size].

    The inner minimum of eq. 1: r is where the segment from p_i to p_j comes
    nearest. A limb of no length is a point.
    """
    starts, ends = zip(*edges, strict=True)
    a = tf.gather(p, starts, axis=1)[:, :, None, None, :]  # [B, E, 1, 1, 2]
    limb = tf.gather(p, ends, axis=1)[:, :, None, None, :] - a
    ax, ay = tf.unstack(a, axis=-1)  # [B, E, 1, 1]
    limb_x, limb_y = tf.unstack(limb, axis=-1)
    dx = _pixel_centres(size)[None, :] - ax  # [B, E, 1, W]
    dy = _pixel_centres(size)[:, None] - ay  # [B, E, H, 1]
    length2 = tf.maximum(limb_x**2 + limb_y**2, 1e-6)
    r = (dx * (limb_x / length2)) + (dy * (limb_y / length2))
    r = tf.clip_by_value(r, 0.0, 1.0)  # [B, E, H, W]
    return (dx - r * limb_x) ** 2 + (dy - r * limb_y) ** 2


def render_limbs(
    p: tf.Tensor,
    edges: Sequence[tuple[int, int]],
    size: int,
    gamma: float = 25.0,
    squared: bool = False,
) -> tf.Tensor:
    """Draws limbs, eq. 1: exp(-gamma d) to the nearest limb.

    Args:
      p: keypoints [B, K, 2] in [-1, 1].
      edges: E pairs of landmark indices.
      size: H = W in pixels.
      gamma: the paper's 1 / 0.04.
      squared: exp(-gamma d²), the paper's text; the released code has d.

    Returns:
      [B, size, size, 1] in [0, 1].
    """
    d2 = squared_distance_to_limbs(p, edges, size)
    d2 = tf.reduce_min(d2, axis=1)[..., None]  # [B, H, W, 1]
    # The root's gradient at 0 is infinite.
    return tf.exp(-gamma * (d2 if squared else tf.sqrt(d2 + 1e-6)))


def render_points(
    p: tf.Tensor, size: int, gamma: float = 2500.0, summed: bool = False
) -> tf.Tensor:
    """Draws blobs, eq. 2: exp(-gamma d²) to each point.

    Args:
      p: keypoints [B, K, 2] in [-1, 1].
      size: H = W in pixels.
      gamma: 1 / (2 sigma²); 2500 is released, 1250 the paper's text.
      summed: over the points, as eq. 2, and so above 1 where points meet;
        released is the largest.

    Returns:
      [B, size, size, 1].
    """
    centres = _pixel_centres(size)
    px, py = tf.unstack(p[..., None], axis=2)  # [B, K, 1]
    columns = tf.exp(-gamma * (centres - px) ** 2)  # [B, K, W]
    rows = tf.exp(-gamma * (centres - py) ** 2)  # [B, K, H]
    if summed:
        return tf.einsum("bkh,bkw->bhw", rows, columns)[..., None]
    blobs = rows[:, :, :, None] * columns[:, :, None, :]  # [B, K, H, W]
    return tf.reduce_max(blobs, axis=1)[..., None]


class Renderer(keras.layers.Layer):
    """β of one skeleton at one size."""

    def __init__(
        self,
        edges: Sequence[tuple[int, int]],
        size: int,
        points: bool = False,
        gamma: float | None = None,
        literal: bool = False,
    ):
        """Keeps what to draw.

        Args:
          edges: limbs, as pairs of landmark indices.
          size: H = W in pixels.
          points: eq. 2, for objects without limbs, in place of eq. 1.
          gamma: how fast brightness falls off; None is the equation's own.
            At 64 pixels the default points are smaller than a pixel.
          literal: the paper's text in place of the released code.

        Raises:
          ValueError: for limbs to draw without edges.
        """
        super().__init__(name="beta", dtype=tf.float32)
        if not points and not edges:
            raise ValueError("a skeleton without edges has only points to draw")
        self.edges = tuple(edges)
        self.size = size
        self.points = points
        self.literal = literal
        default = (1250.0 if literal else 2500.0) if points else 25.0
        self.gamma = default if gamma is None else gamma

    def call(self, p: tf.Tensor) -> tf.Tensor:
        """Keypoints [B, K, 2] in [-1, 1] -> [B, size, size, 1] in [0, 1]."""
        if self.points:
            return render_points(p, self.size, self.gamma, summed=self.literal)
        return render_limbs(
            p, self.edges, self.size, self.gamma, squared=self.literal
        )
