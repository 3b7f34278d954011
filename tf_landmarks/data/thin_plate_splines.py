"""Random thin-plate splines, as [23] draws them: warps of images and of poses.

The only user of tensorflow-addons, which is at the end of its life: nothing
else depends on it.
"""

import warnings
from typing import NamedTuple

import numpy as np
import tensorflow as tf

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # of its end of life
    from tensorflow_addons.image import dense_image_warp

_POINTS = 10  # control points along a side

# Standard deviations of [23] for the image that appearance comes from.
_ROTATION = np.radians(5.0)
_SCALE = 0.1
_TRANSLATION = 0.1  # of half an image side
_WARP_ALL, _WARP_SOME = 0.001, 0.01  # kernel weights; half the points: both


class Splines(NamedTuple):
    """Maps of the plane, one for each of a batch.

    An affine map about the identity plus the kernel r^2 log r^2 at each of N
    control points, in normalised coordinates.

    Attributes:
      matrices: float32 [B, 2, 2].
      shifts: float32 [B, 2].
      weights: float32 [B, N, 2], of the kernels.
    """

    matrices: tf.Tensor
    shifts: tf.Tensor
    weights: tf.Tensor


def draw(count, key: tf.Tensor) -> Splines:
    """Draws `count` splines from int32 [2], their seed."""
    keys = tf.random.experimental.stateless_split(key, 5)

    def normal(i, shape, deviation):
        return deviation * tf.random.stateless_normal(shape, keys[i])

    angle = normal(0, [count], _ROTATION)
    scale = 1.0 + normal(1, [count], _SCALE)
    cos, sin = scale * tf.cos(angle), scale * tf.sin(angle)
    some = tf.random.stateless_uniform([count, _POINTS**2, 1], keys[4]) < 0.5
    weights = normal(3, [count, _POINTS**2, 2], 1.0)
    return Splines(
        tf.reshape(tf.stack([cos, -sin, sin, cos], 1), [-1, 2, 2]),
        normal(2, [count, 2], _TRANSLATION),
        weights * (_WARP_ALL + _WARP_SOME * tf.cast(some, tf.float32)),
    )


def apply(splines: Splines, points: tf.Tensor) -> tf.Tensor:
    """Where the splines map points to: [B, K, 2], or [K, 2] for all alike."""
    difference = points[..., tf.newaxis, :] - _grid(_POINTS)
    squared = tf.reduce_sum(tf.square(difference), axis=-1)
    kernels = squared * tf.math.log(tf.maximum(squared, 1e-8))
    return (
        tf.matmul(points, splines.matrices, transpose_b=True)
        + splines.shifts[:, tf.newaxis]
        + kernels @ splines.weights
    )


def warp_images(images: tf.Tensor, splines: Splines) -> tf.Tensor:
    """Shows at each place q what was at spline(q).

    What comes from outside an image repeats its border.

    Args:
      images: [B, S, S, C].
      splines: B of them.
    """
    size = images.shape[1]
    places = _grid(size)
    moves = (places - apply(splines, places)) * ((size - 1) / 2.0)  # pixels
    flow = tf.reshape(moves[..., ::-1], [-1, size, size, 2])  # (y, x)
    return tf.ensure_shape(dense_image_warp(images, flow), images.shape)


def warp_poses(poses: tf.Tensor, splines: Splines) -> tf.Tensor:
    """Poses [B, K, 2] of other proportions, each by a spline of its own.

    A pose that a spline would move out of the image stays as it is.
    """
    warped = apply(splines, poses)
    inside = tf.reduce_all(tf.abs(warped) <= 1.0, axis=[1, 2], keepdims=True)
    return tf.where(inside, warped, poses)


def _grid(side: int) -> tf.Tensor:
    """float32 [side * side, 2]: places (x, y), row by row."""
    line = tf.linspace(-1.0, 1.0, side)
    return tf.reshape(tf.stack(tf.meshgrid(line, line), axis=-1), [-1, 2])
