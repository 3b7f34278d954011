"""The losses of stage 2 that more than one model has, unweighted."""

from collections.abc import Callable
from collections.abc import Sequence

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.training import image_pool
from tf_landmarks.training import running_scale

Terms = dict[str, tf.Tensor]
Judge = Callable[..., Sequence[tf.Tensor]]  # images -> maps of realness

OF_FIRST_CYCLE = ("perceptual", "reconstruction")
OF_SKELETONS = ("adversarial", "discriminator")
OF_ETA = ("eta_points", "eta_image")


def first_cycle(
    perceptual: keras.Model,
    scale: running_scale.RunningScale,
    x_hat: tf.Tensor,
    x: tf.Tensor,
) -> Terms:
    """Of x_hat = x, frames [B, H, W, 3]: sec. 3.3."""
    target = [tf.stop_gradient(f) for f in perceptual(x)]
    distances = losses.perceptual_distances(perceptual(x_hat), target)
    return {
        "perceptual": tf.reduce_mean(scale.normalize(distances)),
        "reconstruction": losses.mean_squared_error(x_hat, x),
    }


def judged(
    discriminator: Judge,
    pool: image_pool.ImagePool,
    real: tf.Tensor,
    fake: tf.Tensor,
) -> Sequence[tf.Tensor]:
    """Both sides of eq. 5: the generator's loss, and the discriminator's.

    Args:
      discriminator: images [B, H, W, C] -> maps of realness.
      pool: of older fakes.
      real: images [B, H, W, C].
      fake: generated ones, as many.
    """
    maps = discriminator(
        tf.concat([real, pool.exchange(fake)], axis=0), training=True
    )
    of_real, of_fake = zip(*(tf.split(m, 2) for m in maps), strict=True)
    return (
        losses.encoder_adversarial(discriminator(fake, training=True)),
        losses.discriminator(of_real, of_fake),
    )


def skeletons_judged(
    d_y: Judge,
    pool: image_pool.ImagePool,
    y_bar: tf.Tensor,
    y: tf.Tensor,
) -> Terms:
    """Of D_y against y."""
    judgement = judged(d_y, pool, y_bar, y)
    return dict(zip(OF_SKELETONS, judgement, strict=True))


def of_eta(
    eta: keras.Model,
    beta: keras.layers.Layer,
    p_bar_eta: tf.Tensor,
    y: tf.Tensor,
    y_star: tf.Tensor,
    finetune: bool,
) -> Terms:
    """Of η on drawn poses [B, K, 2], and on y as it is."""
    return {
        "eta_points": losses.mean_squared_error(
            eta(beta(p_bar_eta), training=finetune), p_bar_eta
        ),
        "eta_image": skeleton_distance(y_star, tf.stop_gradient(y)),
    }


def skeleton_distance(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Mean square, in the range [-1, 1] in which networks see skeletons."""
    return 4.0 * losses.mean_squared_error(a, b)
