"""Renderer β: keypoints p [B, K, 2] -> skeleton image y [B, H, W, C].

Paper sec. 3.1, eqs. 1 and 2. Analytical and without variables, so that no
appearance passes it.
"""

from collections.abc import Sequence

import tensorflow as tf
from tensorflow import keras


def _pixel_centres(size: int) -> tf.Tensor:
    return tf.linspace(-1.0, 1.0, size)


def _squared_distance(
    offset_x: tf.Tensor, offset_y: tf.Tensor, limb: tf.Tensor
) -> tf.Tensor:
    """Of pixels to limbs; the inner minimum of eq. 1.

    Args:
      offset_x: of pixels from the limbs' starts.
      offset_y: the same, downwards.
      limb: [..., 2], from start to end, of shapes that broadcast with the
        offsets. A limb of no length is a point.
    """
    limb_x, limb_y = tf.unstack(limb, axis=-1)
    length2 = tf.maximum(limb_x**2 + limb_y**2, 1e-6)
    # Where on the limb it comes nearest.
    r = offset_x * (limb_x / length2) + offset_y * (limb_y / length2)
    r = tf.clip_by_value(r, 0.0, 1.0)
    return (offset_x - r * limb_x) ** 2 + (offset_y - r * limb_y) ** 2


def squared_distance_to_limbs(
    p: tf.Tensor, edges: Sequence[tuple[int, int]], size: int
) -> tf.Tensor:
    """Of each pixel to its nearest limb, eq. 1: [B, size, size].

    All limbs are tried without a gradient; only the nearest of each pixel is
    gone through with one, which is all that a minimum passes on.
    """
    starts, ends = zip(*edges, strict=True)
    start = tf.gather(p, starts, axis=1)  # [B, E, 2]
    limb = tf.gather(p, ends, axis=1) - start
    x = _pixel_centres(size)[None, :]  # [1, W]
    y = _pixel_centres(size)[:, None]  # [H, 1]
    a_x, a_y = tf.unstack(start[:, :, None, None], axis=-1)  # [B, E, 1, 1]
    to_all = _squared_distance(x - a_x, y - a_y, limb[:, :, None, None])
    nearest = tf.argmin(tf.stop_gradient(to_all), axis=1)  # [B, H, W]
    start = tf.gather(start, nearest, batch_dims=1)  # [B, H, W, 2]
    limb = tf.gather(limb, nearest, batch_dims=1)
    return _squared_distance(x - start[..., 0], y - start[..., 1], limb)


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
    d2 = squared_distance_to_limbs(p, edges, size)[..., None]  # [B, H, W, 1]
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


class SidedRenderer(keras.layers.Layer):
    """β that draws the limbs of each side in a channel of their own."""

    def __init__(
        self,
        edges_of_sides: Sequence[Sequence[tuple[int, int]]],
        size: int,
        **options,
    ):
        """Keeps what to draw.

        Args:
          edges_of_sides: limbs of each channel, as pairs of landmark indices.
          size: H = W in pixels.
          **options: of `Renderer`.
        """
        super().__init__(name="beta", dtype=tf.float32)
        self.sides = [Renderer(e, size, **options) for e in edges_of_sides]

    def call(self, p: tf.Tensor) -> tf.Tensor:
        """Keypoints [B, K, 2] in [-1, 1] -> [B, size, size, C] in [0, 1]."""
        return tf.concat([side(p) for side in self.sides], axis=-1)


def in_colour(y: tf.Tensor) -> tf.Tensor:
    """Skeleton images [..., H, W, C] as pictures [..., H, W, 3].

    Limbs of one channel are white. Of two, those of the first are blue, of
    the second red, and of both white.
    """
    if y.shape[-1] == 1:
        return tf.repeat(y, 3, axis=-1)
    left, right = tf.unstack(y, axis=-1)
    return tf.stack([right, tf.minimum(left, right), left], axis=-1)
