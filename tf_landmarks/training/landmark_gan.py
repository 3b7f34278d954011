"""Stage 2: trains Φ, Ψ and D_y, and goes on with η.  Paper eq. 6."""

from collections.abc import Mapping

import tensorflow as tf

from tf_landmarks.models import gradient_order
from tf_landmarks.training import bottleneck
from tf_landmarks.training import gan
from tf_landmarks.training import objectives
from tf_landmarks.training import terms


class LandmarkGAN(gan.GAN):
    """Φ, Ψ and η against D_y: our model."""

    make_networks = staticmethod(gan.make_conditional_networks)
    make_judges = staticmethod(gan.make_skeleton_judge)

    @staticmethod
    def losses_of(objective: objectives.Objective) -> tuple[str, ...]:
        return (
            *terms.OF_FIRST_CYCLE,
            *terms.OF_SKELETONS,
            *terms.OF_ETA,
            *bottleneck.logged(objective),
        )

    def _terms(
        self, batch: Mapping[str, tf.Tensor], y_bar: tf.Tensor
    ) -> terms.Terms:
        x, x_prime = batch["x"], batch["x_prime"]
        finetune = self.objective.finetune_eta
        d_y = self._judge_of_skeletons()
        y, judged_y = gradient_order.uses(self.phi(x, training=True), 2)
        y_star = self.beta(self.eta(y, training=finetune))
        x_hat = self.psi((y_star, x_prime), training=True)
        return (
            terms.first_cycle(self.perceptual, self.perceptual_scale, x_hat, x)
            | terms.skeletons_judged(d_y, self.pool, y_bar, judged_y)
            | bottleneck.consistency(y, y_star)
            | bottleneck.y_star_judged(
                self.objective, d_y, self.players["d_y"].updates, y_star
            )
            | terms.of_eta(
                self.eta, self.beta, batch["p_bar_eta"], y, y_star, finetune
            )
        )

    def _objectives(self, losses: terms.Terms) -> terms.Terms:
        """Eq. 6, eq. 5 and η's."""
        weights = self.objective
        return {
            "generator": objectives.of_first_cycle(weights, losses)
            + objectives.of_y_star(weights, losses),
            "d_y": weights.discriminator_weight
            * (losses["discriminator"] + losses["discriminator_y_star"]),
            "eta": objectives.of_eta(weights, losses),
        }
