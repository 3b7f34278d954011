"""Stage 2: trains Φ, Ψ and D_y, and goes on with η.  Paper eq. 6."""

import dataclasses

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import losses
from tf_landmarks.models import architecture
from tf_landmarks.training import image_pool
from tf_landmarks.training import optimizers
from tf_landmarks.training import running_scale
from tf_landmarks.training import stage

_LOSSES = (
    "perceptual",
    "reconstruction",
    "adversarial",
    "discriminator",
    "consistency",
    "eta_points",
    "eta_image",
)
_LOSSES_OF_Y_STAR = ("adversarial_y_star", "discriminator_y_star")
_KEPT = ("phi", "psi", "eta", "d_y", "pool", "perceptual_scale")


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
      discriminator_weight: of D_y's own loss; 1 in eq. 5.
      finetune_eta: whether η goes on learning; the paper freezes it.
      eta_points_weight: of η(β(p_bar)) = p_bar in η's objective.
      eta_image_weight: of β(η(y)) = y in η's objective.
      pool_size: generated skeleton images that D_y may see again.
    """

    perceptual_weight: float = 10.0
    adversarial_weight: float = 10.0
    adversarial_y_star_weight: float = 0.0
    adversarial_y_star_from: int = 0
    consistency_weight: float = 0.0
    discriminator_weight: float = 0.5
    finetune_eta: bool = True
    eta_points_weight: float = 0.9
    eta_image_weight: float = 0.1
    pool_size: int = 50


class LandmarkGAN(stage.Stage):
    """Φ, Ψ and η against D_y.

    The three objectives are taken at the same weights, of the same forward
    pass: as the players share no weights, that is their simultaneous step.
    """

    def __init__(
        self,
        arch: architecture.Architecture,
        perceptual: keras.Model,
        objective: Objective,
        learning_rate: float
        | optimizers.LinearDecay = optimizers.LEARNING_RATE,
        seed: int = 0,
    ):
        """Makes the networks with new weights, and their optimisers.

        Args:
          arch: of Φ, Ψ, η, β and D_y.
          perceptual: a fixed network, images [B, H, W, 3] -> T features.
          objective: the weights of eq. 6, the size of the pool.
          learning_rate: of all players.
          seed: of the pool.
        """
        judges_y_star = objective.adversarial_y_star_weight > 0
        super().__init__(
            "landmark_gan",
            _KEPT,
            _LOSSES + (_LOSSES_OF_Y_STAR if judges_y_star else ()),
        )
        self.objective = objective
        self.perceptual = perceptual
        self.phi, self.psi, self.eta = arch.phi(), arch.psi(), arch.eta()
        self.beta, self.d_y = arch.beta(), arch.d_y()
        x = tf.zeros([1, arch.image_size, arch.image_size, 3])
        y = self.phi(x)
        self.psi((self.beta(self.eta(y)), x))
        self.d_y(y)
        self.pool = image_pool.ImagePool(
            objective.pool_size, arch.skeleton_shape, seed
        )
        self.perceptual_scale = running_scale.RunningScale(len(perceptual(x)))
        players = {"generator": [self.phi, self.psi], "d_y": [self.d_y]}
        if objective.finetune_eta:
            players["eta"] = [self.eta]
        self.players = {
            name: optimizers.Player(networks, optimizers.adam(learning_rate))
            for name, networks in players.items()
        }

    def train_step(self, batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One update of every player from x, x_prime, p_bar and p_bar_eta."""
        with tf.GradientTape(persistent=True) as tape:
            terms = self._terms(batch)
            objectives = self._objectives(terms)
        for name, player in self.players.items():
            player.step(tape, objectives[name])
        return self.log(terms)

    def _terms(self, batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Every loss of one forward pass, unweighted."""
        x, x_prime = batch["x"], batch["x_prime"]
        p_bar, p_bar_eta = batch["p_bar"], batch["p_bar_eta"]
        y = self.phi(x, training=True)
        p = self.eta(y, training=self.objective.finetune_eta)
        y_star = self.beta(p)
        x_hat = self.psi((y_star, x_prime), training=True)
        target = [tf.stop_gradient(f) for f in self.perceptual(x)]
        distances = losses.perceptual_distances(self.perceptual(x_hat), target)

        y_bar = self.beta(p_bar)
        maps = self.d_y(
            tf.concat([y_bar, self.pool.exchange(y)], axis=0), training=True
        )
        real, fake = zip(*(tf.split(m, 2) for m in maps), strict=True)
        return {
            "perceptual": tf.reduce_mean(
                self.perceptual_scale.normalize(distances)
            ),
            "reconstruction": losses.mean_squared_error(x_hat, x),
            "adversarial": losses.encoder_adversarial(
                self.d_y(y, training=True)
            ),
            "discriminator": losses.discriminator(real, fake),
            **self._judge_y_star(y_star),
            "eta_points": losses.mean_squared_error(
                self.eta(
                    self.beta(p_bar_eta),
                    training=self.objective.finetune_eta,
                ),
                p_bar_eta,
            ),
            # In the range [-1, 1], in which the networks see skeletons.
            "consistency": 4.0
            * losses.mean_squared_error(y, tf.stop_gradient(y_star)),
            "eta_image": 4.0
            * losses.mean_squared_error(y_star, tf.stop_gradient(y)),
        }

    def _judge_y_star(self, y_star: tf.Tensor) -> dict[str, tf.Tensor | float]:
        """The terms of y_star; 0 where D_y does not see it, or not yet."""
        unseen = dict.fromkeys(_LOSSES_OF_Y_STAR, 0.0)
        if not self.objective.adversarial_y_star_weight:
            return unseen

        def judge():
            maps = self.d_y(y_star, training=True)
            return {
                "adversarial_y_star": losses.encoder_adversarial(maps),
                "discriminator_y_star": losses.discriminator_of_fakes(maps),
            }

        since = self.objective.adversarial_y_star_from
        return tf.cond(
            self.players["d_y"].updates >= since, judge, lambda: unseen
        )

    def _objectives(self, terms: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """What each player steps down: eq. 6, eq. 5 and η's."""
        weights = self.objective
        return {
            "generator": weights.perceptual_weight * terms["perceptual"]
            + weights.adversarial_weight * terms["adversarial"]
            + weights.adversarial_y_star_weight * terms["adversarial_y_star"]
            + weights.consistency_weight * terms["consistency"],
            "d_y": weights.discriminator_weight
            * (terms["discriminator"] + terms["discriminator_y_star"]),
            "eta": weights.eta_points_weight * terms["eta_points"]
            + weights.eta_image_weight * terms["eta_image"],
        }

    def repaint(self, x: tf.Tensor, x_prime: tf.Tensor) -> dict[str, tf.Tensor]:
        """Fig. 4's row: y, y_star and x_hat of frames [B, H, W, 3]."""
        y = self.phi(x, training=False)
        y_star = self.beta(self.eta(y, training=False))
        x_hat = self.psi((y_star, x_prime), training=False)
        return {"y": y, "y_star": y_star, "x_hat": x_hat}
