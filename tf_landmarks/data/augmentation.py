"""Random similarities of images and poses: mirrored, turned, scaled, moved."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

_ANGLE = np.radians(10.0)
_SCALE = 0.85, 1.05  # of what is seen
_SHIFT = 0.1  # in half sides of the image


class Similarities(NamedTuple):
    """Moves p to q = matrix @ p + shift, of normalised coordinates.

    Attributes:
      matrices: [B, 2, 2].
      shifts: [B, 2].
      mirrored: bool [B]: the matrix's determinant is negative.
    """

    matrices: tf.Tensor
    shifts: tf.Tensor
    mirrored: tf.Tensor


def draw(
    count: int | tf.Tensor, key: tf.Tensor, mirror: bool = True
) -> Similarities:
    """Draws `count` of them from int32 [2], their seed.

    `mirror`: whether half of them do.
    """
    keys = tf.random.experimental.stateless_split(key, 4)

    def uniform(i, shape, low, high):
        return tf.random.stateless_uniform(shape, keys[i], low, high)

    angle = uniform(0, [count], -_ANGLE, _ANGLE)
    scale = uniform(1, [count], *_SCALE)
    shifts = uniform(2, [count, 2], -_SHIFT, _SHIFT)
    mirrored = uniform(3, [count], 0.0, 1.0) < (0.5 if mirror else 0.0)
    sign = tf.where(mirrored, -1.0, 1.0)
    cos, sin = scale * tf.cos(angle), scale * tf.sin(angle)
    matrices = tf.stack([sign * cos, -sin, sign * sin, cos], axis=1)
    return Similarities(tf.reshape(matrices, [-1, 2, 2]), shifts, mirrored)


def move_poses(
    poses: tf.Tensor, moves: Similarities, flip: Sequence[int]
) -> tf.Tensor:
    """Poses [B, K, 2] under the moves; what is left is right in a mirror."""
    exchanged = tf.gather(poses, flip, axis=1)
    poses = tf.where(moves.mirrored[:, None, None], exchanged, poses)
    turned = tf.einsum("bij,bkj->bki", moves.matrices, poses)
    return turned + moves.shifts[:, None]


def move_images(images: tf.Tensor, moves: Similarities) -> tf.Tensor:
    """Images [B, S, S, C] under the moves; outside, they are reflected."""
    size = images.shape[1]
    half = (size - 1) / 2.0
    inverse = tf.linalg.inv(moves.matrices)
    # Pixel u shows what was at inverse @ (u - centre - half * shift) + centre.
    centre = half + half * moves.shifts
    offset = half - tf.einsum("bij,bj->bi", inverse, centre)
    zeros = tf.zeros_like(offset)
    rows = [
        inverse[:, 0, 0], inverse[:, 0, 1], offset[:, 0],
        inverse[:, 1, 0], inverse[:, 1, 1], offset[:, 1],
        zeros[:, 0], zeros[:, 1],
    ]  # fmt: skip
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack(rows, axis=1),
        output_shape=[size, size],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )
