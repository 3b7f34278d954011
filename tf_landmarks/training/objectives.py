"""How the losses of stage 2 are weighed, and summed for each player."""

import dataclasses
from collections.abc import Mapping

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Objective:
    """How the terms of eq. 6 are weighed; the defaults are released.

    Attributes:
      perceptual_weight: of the perceptual loss; 1 in eq. 6.
      adversarial_weight: of Φ's adversarial loss; lambda, 10 in eq. 6.
      adversarial_y_star_weight: of the same with y_star for y; 0 in eq. 6,
        where D_y does not see y_star.
      adversarial_y_star_from: update from which D_y does.
      consistency_weight: of y = y_star in Φ's objective; 0 in eq. 6, an
        option of the released code.
      second_cycle_weight: of reading a painted pose back, where a model has
        the second cycle; CycleGAN's 10.
      adversarial_x_weight: of the adversarial loss on what is painted there;
        as on skeletons, which CycleGAN weighs alike.
      discriminator_weight: of the discriminators' own losses; 1 in eq. 5.
      finetune_eta: whether η goes on learning; the paper freezes it.
      eta_points_weight: of η(β(p_bar)) = p_bar in η's objective.
      eta_image_weight: of β(η(y)) = y in η's objective.
      pool_size: generated images that a discriminator may see again.
      d_y_noise: standard deviation, at first, of noise on what D_y sees, of
        images in [0, 1]; 0 as released.
      d_y_noise_until: update to which it falls to 0.
    """

    perceptual_weight: float = 10.0
    adversarial_weight: float = 10.0
    adversarial_y_star_weight: float = 0.0
    adversarial_y_star_from: int = 0
    consistency_weight: float = 0.0
    second_cycle_weight: float = 10.0
    adversarial_x_weight: float = 10.0
    discriminator_weight: float = 0.5
    finetune_eta: bool = True
    eta_points_weight: float = 0.9
    eta_image_weight: float = 0.1
    pool_size: int = 50
    d_y_noise: float = 0.0
    d_y_noise_until: int = 0


def of_first_cycle(weights: Objective, terms: Mapping) -> tf.Tensor:
    """Φ's and Ψ's part of eq. 6."""
    return (
        weights.perceptual_weight * terms["perceptual"]
        + weights.adversarial_weight * terms["adversarial"]
    )


def of_y_star(weights: Objective, terms: Mapping) -> tf.Tensor:
    """What y_star adds to it."""
    return (
        weights.adversarial_y_star_weight * terms["adversarial_y_star"]
        + weights.consistency_weight * terms["consistency"]
    )


def of_second_cycle(weights: Objective, terms: Mapping) -> tf.Tensor:
    """What the second cycle adds to it."""
    return (
        weights.second_cycle_weight * terms["second_cycle"]
        + weights.adversarial_x_weight * terms["adversarial_x"]
    )


def of_eta(weights: Objective, terms: Mapping) -> tf.Tensor:
    """η's."""
    return (
        weights.eta_points_weight * terms["eta_points"]
        + weights.eta_image_weight * terms["eta_image"]
    )
