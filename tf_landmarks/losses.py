"""The losses of the paper, as functions of tensors.

Each returns a scalar, the mean over what it is given; dividing by the number
of replicas is training's.
"""

from collections.abc import Sequence

import tensorflow as tf


def mean_squared_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Mean over all elements, in float32."""
    difference = tf.cast(prediction, tf.float32) - tf.cast(target, tf.float32)
    return tf.reduce_mean(tf.square(difference))


def mean_absolute_error(prediction: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Mean over all elements, in float32; of cycles in [79]."""
    difference = tf.cast(prediction, tf.float32) - tf.cast(target, tf.float32)
    return tf.reduce_mean(tf.abs(difference))


def _least_squares(maps: Sequence[tf.Tensor], target: float) -> tf.Tensor:
    """Mean over the scales of D_y of the mean squared distance to `target`."""
    return tf.add_n(
        [tf.reduce_mean(tf.square(m - target)) for m in maps]
    ) / len(maps)


def encoder_adversarial(maps_of_y: Sequence[tf.Tensor]) -> tf.Tensor:
    """Φ's part of eq. 5: D_y(y) should be 1.

    Ψ's part of the same with D_x on frames is the same function.

    Args:
      maps_of_y: D_y(y), one map [B, h, w, 1] a scale.
    """
    return _least_squares(maps_of_y, 1.0)


def discriminator(
    maps_of_y_bar: Sequence[tf.Tensor], maps_of_y: Sequence[tf.Tensor]
) -> tf.Tensor:
    """D_y's part of eq. 5: real is 1, generated is 0."""
    return _least_squares(maps_of_y_bar, 1.0) + discriminator_of_fakes(
        maps_of_y
    )


def discriminator_of_fakes(maps: Sequence[tf.Tensor]) -> tf.Tensor:
    """The half of D_y's loss that is about what was generated."""
    return _least_squares(maps, 0.0)


def perceptual_distances(
    features_of_x_hat: Sequence[tf.Tensor], features_of_x: Sequence[tf.Tensor]
) -> tf.Tensor:
    """Mean squared differences of T layers: [T].  Sec. 3.3, the sum's terms."""
    return tf.stack(
        [
            mean_squared_error(a, b)
            for a, b in zip(features_of_x_hat, features_of_x, strict=True)
        ]
    )
