"""The second cycle: a pose of the prior, painted, must be read back.

Paper sec. 4, "Second cycle constraint and discriminator":

    y_bar ─ Ψ ─ painted ─ Φ ─ y_bar again
                   └─ D_x: is it a frame?

The paper says neither how the cycle's distance is taken nor its weight: ℓ1 in
the range [-1, 1] and 10, as CycleGAN [79] has it.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.models import architecture
from tf_landmarks.training import gan
from tf_landmarks.training import image_pool
from tf_landmarks.training import objectives
from tf_landmarks.training import terms

LOSSES = ("second_cycle", "adversarial_x", "discriminator_x")


def make_judges(
    arch: architecture.Architecture, pool_size: int, seed: int
) -> dict[str, tf.Module]:
    """D_y and D_x with their pools, D_x of single frames."""
    return gan.make_skeleton_judge(arch, pool_size, seed) | _make_frame_judge(
        arch, arch.d_x(conditional=False), pool_size, seed
    )


def make_conditional_judges(
    arch: architecture.Architecture, pool_size: int, seed: int
) -> dict[str, tf.Module]:
    """D_y and D_x with their pools, D_x of frames beside an x_prime."""
    return gan.make_skeleton_judge(arch, pool_size, seed) | _make_frame_judge(
        arch, arch.d_x(conditional=True), pool_size, seed
    )


def _make_frame_judge(arch, d_x, pool_size, seed) -> dict[str, tf.Module]:
    shape = (arch.image_size, arch.image_size, 3 * d_x.frames)
    d_x(tf.zeros([1, *shape]))
    return {"d_x": d_x, "pool_x": image_pool.ImagePool(pool_size, shape, seed)}


def leaving_statistics(
    network: keras.Model, inputs: tf.Tensor | tuple[tf.Tensor, ...]
) -> tf.Tensor:
    """Calls a network in training; batch norm's moving statistics stay.

    They are those of the first cycle: a detector is used on frames, not on
    what was painted, and must not be normalized by a mean of both.
    """
    statistics = network.non_trainable_variables
    before = [variable.read_value() for variable in statistics]
    outputs = network(inputs, training=True)
    for variable, value in zip(statistics, before, strict=True):
        variable.assign(value)
    return outputs


def read_back(
    phi: keras.Model, painted: tf.Tensor, y_bar: tf.Tensor
) -> terms.Terms:
    """Of Φ(painted) = y_bar."""
    y_again = leaving_statistics(phi, painted)
    distance = 2.0 * losses.mean_absolute_error(y_again, y_bar)
    return {"second_cycle": distance}


def frames_judged(
    d_x: keras.Model,
    pool: image_pool.ImagePool,
    x: tf.Tensor,
    painted: tf.Tensor,
) -> terms.Terms:
    """Of D_x against what was painted; frames [B, H, W, 3]."""
    adversarial, discriminator = terms.judged(d_x, pool, x, painted)
    return {"adversarial_x": adversarial, "discriminator_x": discriminator}


def pairs_judged(
    d_x: keras.Model,
    pool: image_pool.ImagePool,
    x: tf.Tensor,
    painted: tf.Tensor,
    x_prime: tf.Tensor,
) -> terms.Terms:
    """The same, each beside a frame of its clip: D_x(painted, x_prime)."""
    return frames_judged(
        d_x,
        pool,
        tf.concat([x, x_prime], axis=-1),
        tf.concat([painted, x_prime], axis=-1),
    )


def objectives_without_bottleneck(
    weights: objectives.Objective, losses_of: terms.Terms
) -> terms.Terms:
    """What each player steps down where Ψ paints from y itself."""
    return {
        "generator": objectives.of_first_cycle(weights, losses_of)
        + objectives.of_second_cycle(weights, losses_of),
        "d_y": weights.discriminator_weight * losses_of["discriminator"],
        "d_x": weights.discriminator_weight * losses_of["discriminator_x"],
        "eta": objectives.of_eta(weights, losses_of),
    }
