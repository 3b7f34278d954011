"""CycleGAN [79] on frames and skeletons, the first row of table 5.

    x ─ Φ ─ y ─ Ψ ─ x_hat = x            y_bar ─ Ψ ─ painted ─ Φ ─ = y_bar
            └─ D_y                                      └─ D_x

Appearance has no way from x to x_hat but through y. Landmarks are read from y
by η, which learns as in our model and teaches nobody.
"""

from collections.abc import Mapping

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import architecture
from tf_landmarks.training import gan
from tf_landmarks.training import objectives
from tf_landmarks.training import second_cycle
from tf_landmarks.training import terms


class CycleGAN(gan.GAN):
    """Φ and Ψ against D_y and an unconditional D_x; η beside them.

    There is no y_star that Φ or Ψ could learn from: the weights of y_star in
    the objective have no meaning and no part in it.
    """

    make_judges = staticmethod(second_cycle.make_judges)

    @staticmethod
    def make_networks(
        arch: architecture.Architecture,
    ) -> dict[str, keras.Model]:
        phi, psi, eta = arch.phi(), arch.unconditional_psi(), arch.eta()
        y = phi(tf.zeros([1, arch.image_size, arch.image_size, 3]))
        eta(y)
        psi(y)
        # Not "psi", which who reads a checkpoint gives an x_prime.
        return {"phi": phi, "unconditional_psi": psi, "eta": eta}

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
        x = batch["x"]
        finetune = self.objective.finetune_eta
        y = self.phi(x, training=True)
        x_hat = self.unconditional_psi(y, training=True)
        painted = second_cycle.leaving_statistics(self.unconditional_psi, y_bar)
        y_star = self.beta(self.eta(tf.stop_gradient(y), training=finetune))
        return (
            terms.first_cycle(self.perceptual, self.perceptual_scale, x_hat, x)
            | terms.skeletons_judged(
                self._judge_of_skeletons(), self.pool, y_bar, y
            )
            | second_cycle.read_back(self.phi, painted, y_bar)
            | second_cycle.frames_judged(self.d_x, self.pool_x, x, painted)
            | terms.of_eta(
                self.eta, self.beta, batch["p_bar_eta"], y, y_star, finetune
            )
        )

    def _objectives(self, losses: terms.Terms) -> terms.Terms:
        return second_cycle.objectives_without_bottleneck(
            self.objective, losses
        )
