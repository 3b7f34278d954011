"""Our model with the second cycle and D_x, the third row of table 5.

x ─ Φ ─ y ─ β∘η ─ y_star ─ Ψ ─ x_hat = x     y_bar ─ Ψ ─ painted ─ Φ ─ = y_bar
        └─ D_y             │                         │      └─ D_x
                        x_prime                   x_prime      └ x_prime
"""

from collections.abc import Mapping

import tensorflow as tf

from tf_landmarks.training import landmark_gan
from tf_landmarks.training import objectives
from tf_landmarks.training import second_cycle
from tf_landmarks.training import terms


class BottleneckCycleGAN(landmark_gan.LandmarkGAN):
    """Φ, Ψ and η against D_y and a conditional D_x.  Paper eq. 4, sec. 4."""

    make_judges = staticmethod(second_cycle.make_conditional_judges)

    @staticmethod
    def losses_of(objective: objectives.Objective) -> tuple[str, ...]:
        ours = landmark_gan.LandmarkGAN.losses_of(objective)
        return ours + second_cycle.LOSSES

    def _terms(
        self, batch: Mapping[str, tf.Tensor], y_bar: tf.Tensor
    ) -> terms.Terms:
        x, x_prime = batch["x"], batch["x_prime"]
        painted = second_cycle.leaving_statistics(self.psi, (y_bar, x_prime))
        return (
            super()._terms(batch, y_bar)
            | second_cycle.read_back(self.phi, painted, y_bar)
            | second_cycle.pairs_judged(
                self.d_x, self.pool_x, x, painted, x_prime
            )
        )

    def _objectives(self, losses: terms.Terms) -> terms.Terms:
        """Of our model, and of the second cycle."""
        weights = self.objective
        ours = super()._objectives(losses)
        return ours | {
            "generator": ours["generator"]
            + objectives.of_second_cycle(weights, losses),
            "d_x": weights.discriminator_weight * losses["discriminator_x"],
        }
