"""The losses that models with the skeleton bottleneck y_star may add."""

import tensorflow as tf

from tf_landmarks import losses
from tf_landmarks.training import objectives
from tf_landmarks.training import terms

OF_BOTTLENECK = ("consistency",)
OF_Y_STAR = ("adversarial_y_star", "discriminator_y_star")


def logged(weights: objectives.Objective) -> tuple[str, ...]:
    """Names of the losses that are worth a log."""
    judges_y_star = weights.adversarial_y_star_weight > 0
    return OF_BOTTLENECK + (OF_Y_STAR if judges_y_star else ())


def y_star_judged(
    weights: objectives.Objective,
    d_y: terms.Judge,
    updates: tf.Tensor,
    y_star: tf.Tensor,
) -> terms.Terms:
    """The terms of y_star; 0 where D_y does not see it, or not yet.

    Args:
      weights: say whether, and from which update.
      d_y: skeleton images -> maps of realness.
      updates: taken so far.
      y_star: [B, H, W, C].
    """
    unseen = dict.fromkeys(OF_Y_STAR, 0.0)
    if not weights.adversarial_y_star_weight:
        return unseen

    def judge():
        maps = d_y(y_star, training=True)
        judgement = (
            losses.encoder_adversarial(maps),
            losses.discriminator_of_fakes(maps),
        )
        return dict(zip(OF_Y_STAR, judgement, strict=True))

    since = weights.adversarial_y_star_from
    return tf.cond(updates >= since, judge, lambda: unseen)


def consistency(y: tf.Tensor, y_star: tf.Tensor) -> terms.Terms:
    """Of y = y_star, which Φ has to bring about."""
    distance = terms.skeleton_distance(y, tf.stop_gradient(y_star))
    return dict.fromkeys(OF_BOTTLENECK, distance)
