"""Stage 2, whatever its model: Φ, Ψ and η against discriminators."""

from collections.abc import Mapping

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import architecture
from tf_landmarks.training import image_pool
from tf_landmarks.training import instance_noise
from tf_landmarks.training import objectives
from tf_landmarks.training import optimizers
from tf_landmarks.training import running_scale
from tf_landmarks.training import stage
from tf_landmarks.training import terms


class GAN(stage.Stage):
    """What our model and those it is compared with have in common.

    The objectives of all players are taken at the same weights, of the same
    forward pass: as the players share no weights, that is their simultaneous
    step.

    A model says which networks it has (`make_networks`, `make_judges`), which
    losses one pass gives (`_terms`, named in `losses_of`) and what each player
    steps down (`_objectives`).
    """

    def __init__(
        self,
        arch: architecture.Architecture,
        perceptual: keras.Model,
        objective: objectives.Objective,
        learning_rate: float
        | optimizers.LinearDecay = optimizers.LEARNING_RATE,
        seed: int = 0,
    ):
        """Makes the networks with new weights, and their optimisers.

        Args:
          arch: of the networks.
          perceptual: a fixed network, images [B, H, W, 3] -> T features.
          objective: the weights of eq. 6, the size of the pools.
          learning_rate: of all players.
          seed: of the pools, and of the noise before D_y.
        """
        networks = self.make_networks(arch)
        judges = self.make_judges(arch, objective.pool_size, seed)
        frames = tf.zeros([1, arch.image_size, arch.image_size, 3])
        scale = running_scale.RunningScale(len(perceptual(frames)))
        kept = networks | judges | {"perceptual_scale": scale}
        super().__init__(
            type(self).__name__, tuple(kept), self.losses_of(objective)
        )
        for symbol, module in kept.items():
            setattr(self, symbol, module)
        self.beta = arch.beta()
        self.objective = objective
        self.perceptual = perceptual
        self._seed = seed
        self.players = {
            name: optimizers.Player(members, optimizers.adam(learning_rate))
            for name, members in _players(networks, judges, objective).items()
        }

    @staticmethod
    def make_networks(
        arch: architecture.Architecture,
    ) -> dict[str, keras.Model]:
        """New Φ, Ψ and η with their variables, by the symbol of each."""
        raise NotImplementedError

    @staticmethod
    def make_judges(
        arch: architecture.Architecture, pool_size: int, seed: int
    ) -> dict[str, tf.Module]:
        """New discriminators and their pools, by the symbol of each."""
        raise NotImplementedError

    @staticmethod
    def losses_of(objective: objectives.Objective) -> tuple[str, ...]:
        """Names of the losses that are logged."""
        raise NotImplementedError

    def _terms(
        self, batch: Mapping[str, tf.Tensor], y_bar: tf.Tensor
    ) -> terms.Terms:
        """Every loss of one forward pass, unweighted; y_bar is β(p_bar)."""
        raise NotImplementedError

    def _objectives(self, losses: terms.Terms) -> terms.Terms:
        """What each player steps down, of what `_terms` gave."""
        raise NotImplementedError

    def _judge_of_skeletons(self) -> terms.Judge:
        """D_y as it sees in this update."""
        weights = self.objective
        if not weights.d_y_noise:
            return self.d_y
        return instance_noise.through_noise(
            self.d_y,
            optimizers.LinearDecay(
                weights.d_y_noise, weights.d_y_noise_until, share=1.0
            ),
            self._seed,
            self.players["d_y"].updates,
        )

    def train_step(self, batch: Mapping[str, tf.Tensor]) -> terms.Terms:
        """One update of every player from x, x_prime, p_bar and p_bar_eta."""
        y_bar = self.beta(batch["p_bar"])
        with tf.GradientTape(persistent=True) as tape:
            losses = self._terms(batch, y_bar)
            objectives_of = self._objectives(losses)
        for name, player in self.players.items():
            player.step(tape, objectives_of[name])
        return self.log(losses)


def _players(networks, judges, objective) -> dict[str, list[keras.Model]]:
    """Φ and Ψ are one player; each discriminator is one, and η where it is."""
    generators = [n for symbol, n in networks.items() if symbol != "eta"]
    players = {"generator": generators} | {
        symbol: [judge]
        for symbol, judge in judges.items()
        if isinstance(judge, keras.Model)
    }
    return players | (
        {"eta": [networks["eta"]]} if objective.finetune_eta else {}
    )


def make_conditional_networks(
    arch: architecture.Architecture,
) -> dict[str, keras.Model]:
    """Φ, Ψ(y, x_prime) and η."""
    phi, psi, eta = arch.phi(), arch.psi(), arch.eta()
    x = tf.zeros([1, arch.image_size, arch.image_size, 3])
    y = phi(x)
    eta(y)
    psi((y, x))
    return {"phi": phi, "psi": psi, "eta": eta}


def make_skeleton_judge(
    arch: architecture.Architecture, pool_size: int, seed: int
) -> dict[str, tf.Module]:
    """D_y and its pool of skeleton images."""
    d_y = arch.d_y()
    d_y(tf.zeros([1, *arch.skeleton_shape]))
    pool = image_pool.ImagePool(pool_size, arch.skeleton_shape, seed)
    return {"d_y": d_y, "pool": pool}
