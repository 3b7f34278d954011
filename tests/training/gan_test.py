import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from tests.training import tiny_networks
from tf_landmarks.models import precision
from tf_landmarks.training import bottleneck_cycle_gan
from tf_landmarks.training import conditional_cycle_gan
from tf_landmarks.training import cycle_gan
from tf_landmarks.training import landmark_gan

_OURS = landmark_gan.LandmarkGAN
_BOTTLENECK = bottleneck_cycle_gan.BottleneckCycleGAN
_CONDITIONAL = conditional_cycle_gan.ConditionalCycleGAN
_CYCLE_GAN = cycle_gan.CycleGAN
_ALL = (_OURS, _BOTTLENECK, _CONDITIONAL, _CYCLE_GAN)


def _make(kind, **objective):
    arch = tiny_networks.make_quick_architecture()
    return tiny_networks.make_gan(arch, kind, pool_size=4, **objective)


def _networks(model):
    networks = {
        name: item
        for name, item in model.checkpointed.items()
        if isinstance(item, tf.keras.Model)
    }
    return networks | {"perceptual": model.perceptual}


def _step_without_statistics(model):
    """A step, after which batch norm's moving statistics are as before."""
    statistics = [
        (v, v.numpy()) for v in model.variables if "moving_" in v.name
    ]
    model.train_step(tiny_networks.make_batch())
    for variable, value in statistics:
        variable.assign(value)


class GanTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.parameters(*_ALL)
    def test_every_player_learns_and_nobody_else(self, kind):
        model = _make(kind, adversarial_y_star_weight=1.0)
        networks = _networks(model)
        logs = {}

        def two_steps():
            for seed in (0, 1):
                logs.update(model.train_step(tiny_networks.make_batch(seed)))

        changed = tiny_networks.changed_by(networks, two_steps)
        self.assertEqual(changed, networks.keys() - {"perceptual"})
        self.assertEqual(model.step, 2)
        for name, loss in logs.items():
            self.assertTrue(np.isfinite(loss), name)

    @parameterized.parameters(*_ALL)
    def test_of_nothing_the_generator_learns_nothing(self, kind):
        """Neither η's nor a discriminator's loss leads to Φ or Ψ."""
        model = _make(
            kind,
            perceptual_weight=0.0,
            adversarial_weight=0.0,
            second_cycle_weight=0.0,
            adversarial_x_weight=0.0,
        )
        networks = _networks(model)
        changed = tiny_networks.changed_by(
            networks, lambda: _step_without_statistics(model)
        )
        judges = {name for name in networks if name.startswith("d_")}
        self.assertEqual(changed, judges | {"eta"})

    @parameterized.parameters(*_ALL)
    def test_d_y_sees_through_noise_until_that_has_fallen(self, kind):
        def loss(**noise):
            model = _make(kind, **noise)
            return model.train_step(tiny_networks.make_batch())["discriminator"]

        without = loss()
        noisy = loss(d_y_noise=1.0, d_y_noise_until=1)
        self.assertNotAllClose(noisy, without, rtol=1e-3)
        self.assertAllClose(loss(d_y_noise=1.0, d_y_noise_until=0), without)

    @parameterized.parameters(*_ALL)
    def test_a_frozen_eta_stays(self, kind):
        model = _make(kind, finetune_eta=False)
        self.assertNotIn("eta", model.players)
        before = model.eta.get_weights()
        model.train_step(tiny_networks.make_batch())
        differences = tiny_networks.differences(before, model.eta.get_weights())
        self.assertFalse(any(map(np.any, differences)))

    @parameterized.parameters(*_ALL)
    def test_the_networks_of_means_are_like_those_in_training(self, kind):
        model = _make(kind)
        arch = tiny_networks.make_quick_architecture()
        for symbol, network in model.make_networks(arch).items():
            self.assertEqual(
                [w.shape for w in network.weights],
                [w.shape for w in getattr(model, symbol).weights],
            )

    @parameterized.parameters(_CYCLE_GAN, _BOTTLENECK)
    def test_mixed_precision_keeps_losses_and_weights_in_float32(self, kind):
        with precision.policy("mixed_bfloat16"):
            model = _make(kind)
            logs = model.train_step(tiny_networks.make_batch())
        for name, loss in logs.items():
            self.assertEqual(loss.dtype, tf.float32)
            self.assertTrue(np.isfinite(loss), name)
        for variable in model.trainable_variables:
            self.assertEqual(variable.dtype, tf.float32)


class WhatPsiSeesTest(tf.test.TestCase, parameterized.TestCase):
    """The rows of table 5 differ in what x_hat is painted from."""

    @parameterized.parameters(
        (_CYCLE_GAN, {"y"}),
        (_CONDITIONAL, {"y", "x_prime"}),
        (_BOTTLENECK, {"y_star", "x_prime"}),
        (_OURS, {"y_star", "x_prime"}),
    )
    def test_psi_sees(self, kind, expected):
        batch = tiny_networks.make_batch()
        before = _make(kind).train_step(batch)
        seen = set()
        other = batch | {"x_prime": -batch["x_prime"]}
        if _changes_x_hat(before, _make(kind).train_step(other)):
            seen.add("x_prime")
        # Another η changes y_star, and not y.
        model = _make(kind)
        for weight in model.eta.trainable_variables:
            weight.assign(-weight)
        after = model.train_step(batch)
        self.assertEqual(after["adversarial"], before["adversarial"])
        self.assertNotAllClose(after["eta_points"], before["eta_points"])
        seen.add("y_star" if _changes_x_hat(before, after) else "y")
        self.assertEqual(seen, expected)


def _changes_x_hat(before, after):
    """Whether x_hat is another one, as far as its distance from x tells."""
    return before["reconstruction"] != after["reconstruction"]


if __name__ == "__main__":
    tf.test.main()
