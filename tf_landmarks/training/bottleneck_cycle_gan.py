"""Our model with the second cycle and D_x, the third row of table 5.

x ─ Φ ─ y ─ β∘η ─ y_star ─ Ψ ─ x_hat = x     y_bar ─ Ψ ─ painted ─ Φ ─ = y_bar
        └─ D_y             │                         │      └─ D_x
                        x_prime                   x_prime      └ x_prime
"""

from collections.abc import Mapping

import tensorflow as tf

from tf_landmarks.training import bottleneck
from tf_landmarks.training import gan
from tf_landmarks.training import objectives
from tf_landmarks.training import second_cycle
from tf_landmarks.training import terms


class BottleneckCycleGAN(gan.GAN):
    """Φ, Ψ and η against D_y and a conditional D_x.  Paper eq. 4, sec. 4."""

    make_networks = staticmethod(gan.make_conditional_networks)
    make_judges = staticmethod(second_cycle.make_conditional_judges)

    @staticmethod
    def losses_of(objective: objectives.Objective) -> tuple[str, ...]:
        return (
            *terms.OF_FIRST_CYCLE,
            *terms.OF_SKELETONS,
            *terms.OF_ETA,
            *bottleneck.logged(objective),
            *second_cycle.LOSSES,
        )

    def _terms(self, batch: Mapping[str, tf.Tensor]) -> terms.Terms:
        x, x_prime = batch["x"], batch["x_prime"]
        finetune = self.objective.finetune_eta
        y = self.phi(x, training=True)
        y_star = self.beta(self.eta(y, training=finetune))
        x_hat = self.psi((y_star, x_prime), training=True)
        y_bar = self.beta(batch["p_bar"])
        painted = second_cycle.leaving_statistics(self.psi, (y_bar, x_prime))
        return (
            terms.first_cycle(self.perceptual, self.perceptual_scale, x_hat, x)
            | terms.skeletons_judged(self.d_y, self.pool, y_bar, y)
            | bottleneck.consistency(y, y_star)
            | bottleneck.y_star_judged(
                self.objective, self.d_y, self.players["d_y"].updates, y_star
            )
            | second_cycle.read_back(self.phi, painted, y_bar)
            | second_cycle.pairs_judged(
                self.d_x, self.pool_x, x, painted, x_prime
            )
            | terms.of_eta(
                self.eta, self.beta, batch["p_bar_eta"], y, y_star, finetune
            )
        )

    def _objectives(self, losses: terms.Terms) -> terms.Terms:
        """Of our model, and of the second cycle."""
        weights = self.objective
        return {
            "generator": objectives.of_first_cycle(weights, losses)
            + objectives.of_y_star(weights, losses)
            + objectives.of_second_cycle(weights, losses),
            "d_y": weights.discriminator_weight
            * (losses["discriminator"] + losses["discriminator_y_star"]),
            "d_x": weights.discriminator_weight * losses["discriminator_x"],
            "eta": objectives.of_eta(weights, losses),
        }

    def repaint(self, x: tf.Tensor, x_prime: tf.Tensor) -> terms.Terms:
        y = self.phi(x, training=False)
        y_star = self.beta(self.eta(y, training=False))
        x_hat = self.psi((y_star, x_prime), training=False)
        return {"y": y, "y_star": y_star, "x_hat": x_hat}
