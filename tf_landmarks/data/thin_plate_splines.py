"""Random thin-plate-spline warps, as [23] makes pairs from single images.

The only user of tensorflow-addons' image warp, which is at the end of its
life: nothing else depends on it.
"""

import warnings

import numpy as np
import tensorflow as tf

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # of its end of life
    from tensorflow_addons.image import sparse_image_warp

_POINTS = 10  # control points along a side

# Standard deviations of [23] for the image that appearance comes from.
_ROTATION = np.radians(5.0)
_SCALE = 0.1
_TRANSLATION = 0.1  # of half an image side
_WARP_ALL, _WARP_SOME = 0.001, 0.01  # kernel weights; half the points: both


def warp(images: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """Warps each image of a batch by a spline of its own.

    What comes from outside an image repeats its border.

    Args:
      images: [B, S, S, C].
      key: int32 [2], seed of the warps.
    """
    size = images.shape[1]
    count = tf.shape(images)[0]
    grid = _grid()  # [N, 2]
    moved = random_spline(count, key)  # [B, N, 2]

    def pixels(points):
        return (points[..., ::-1] + 1.0) * ((size - 1) / 2.0)  # (y, x)

    warped, _ = sparse_image_warp(
        images,
        source_control_point_locations=pixels(moved),
        dest_control_point_locations=pixels(
            tf.tile(grid[tf.newaxis], [count, 1, 1])
        ),
    )
    return tf.ensure_shape(warped, images.shape)


def _grid() -> tf.Tensor:
    line = tf.linspace(-1.0, 1.0, _POINTS)
    return tf.reshape(tf.stack(tf.meshgrid(line, line), axis=-1), [-1, 2])


def random_spline(count, key: tf.Tensor) -> tf.Tensor:
    """Where the control points look: float32 [count, N, 2], (x, y).

    An affine map about the identity plus the kernel r^2 log r^2 at each
    control point, with random weights.
    """
    grid = _grid()  # [N, 2]
    keys = tf.random.experimental.stateless_split(key, 5)

    def normal(i, shape, deviation):
        return deviation * tf.random.stateless_normal(shape, keys[i])

    angle = normal(0, [count], _ROTATION)
    scale = 1.0 + normal(1, [count], _SCALE)
    shift = normal(2, [count, 1, 2], _TRANSLATION)
    cos, sin = scale * tf.cos(angle), scale * tf.sin(angle)
    turn = tf.reshape(tf.stack([cos, -sin, sin, cos], 1), [-1, 2, 2])
    affine = tf.einsum("bij,nj->bni", turn, grid) + shift
    shape = [count, len(grid), 2]
    some = tf.random.stateless_uniform([count, len(grid), 1], keys[4]) < 0.5
    weights = normal(3, shape, 1.0)
    weights *= _WARP_ALL + _WARP_SOME * tf.cast(some, tf.float32)
    squared = tf.reduce_sum(tf.square(grid[:, None] - grid[None]), axis=-1)
    kernel = squared * tf.math.log(tf.maximum(squared, 1e-8))  # [N, N]
    return affine + tf.einsum("nm,bmi->bni", kernel, weights)
