"""CycleGAN with a conditional generator, the second row of table 5.

    x ─ Φ ─ y ─ Ψ ─ x_hat = x            y_bar ─ Ψ ─ painted ─ Φ ─ = y_bar
            └─ D_y  │                            │      └─ D_x
                 x_prime                      x_prime      └ x_prime

Appearance can come from x_prime, paper eq. 3, and through y as well: there is
no bottleneck yet. η is as in `cycle_gan`.
"""

from collections.abc import Mapping

import tensorflow as tf

from tf_landmarks.training import gan
from tf_landmarks.training import objectives
from tf_landmarks.training import second_cycle
from tf_landmarks.training import terms


class ConditionalCycleGAN(gan.GAN):
    """Φ and Ψ(y, x_prime) against D_y and a conditional D_x; η beside them.

    As in CycleGAN, the weights of y_star have no part in the objective.
    """

    make_networks = staticmethod(gan.make_conditional_networks)
    make_judges = staticmethod(second_cycle.make_conditional_judges)

    @staticmethod
    def losses_of(objective: objectives.Objective) -> tuple[str, ...]:
        del objective
        return (
            *terms.OF_FIRST_CYCLE,
            *terms.OF_SKELETONS,
            *terms.OF_ETA,
            *second_cycle.LOSSES,
        )

    def _terms(
        self, batch: Mapping[str, tf.Tensor], y_bar: tf.Tensor
    ) -> terms.Terms:
        x, x_prime = batch["x"], batch["x_prime"]
        finetune = self.objective.finetune_eta
        y = self.phi(x, training=True)
        x_hat = self.psi((y, x_prime), training=True)
        painted = second_cycle.leaving_statistics(self.psi, (y_bar, x_prime))
        y_star = self.beta(self.eta(tf.stop_gradient(y), training=finetune))
        return (
            terms.first_cycle(self.perceptual, self.perceptual_scale, x_hat, x)
            | terms.skeletons_judged(
                self._judge_of_skeletons(), self.pool, y_bar, y
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
        return second_cycle.objectives_without_bottleneck(
            self.objective, losses
        )
