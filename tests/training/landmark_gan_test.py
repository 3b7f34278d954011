import collections
import dataclasses
import functools

import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from tests.training import tiny_networks
from tf_landmarks.training import objectives

_NETWORKS = ("phi", "psi", "eta", "d_y", "perceptual")


@functools.cache
def _gan():
    """Shared, as making it takes longest: its weights depend on the order."""
    return tiny_networks.make_gan()


def _changed_by(model, step):
    """Which of the model's networks have other weights after `step()`."""
    networks = {name: getattr(model, name) for name in _NETWORKS}
    return tiny_networks.changed_by(networks, step)


def _step_without_statistics(model):
    """A step, after which batch norm's moving statistics are as before."""
    statistics = [
        (v, v.numpy()) for v in model.variables if "moving_" in v.name
    ]
    model.train_step(tiny_networks.make_batch())
    for variable, value in statistics:
        variable.assign(value)


class StepTest(tf.test.TestCase, parameterized.TestCase):
    """What a step changes and what it must not."""

    def test_every_player_learns_and_the_perceptual_network_does_not(self):
        model = _gan()
        step = model.step
        changed = _changed_by(
            model, lambda: model.train_step(tiny_networks.make_batch())
        )
        self.assertEqual(changed, {"phi", "psi", "eta", "d_y"})
        self.assertEqual(model.step, step + 1)

    def test_a_frozen_eta_is_unchanged_and_leads_the_gradient_to_phi(self):
        model = tiny_networks.make_gan(
            finetune_eta=False, adversarial_weight=0.0
        )
        changed = _changed_by(model, lambda: _step_without_statistics(model))
        self.assertEqual(changed, {"phi", "psi", "d_y"})
        self.assertNotIn("eta_optimizer", model.checkpointed)

    def test_a_frozen_eta_keeps_the_statistics_of_its_batch_norm(self):
        arch = dataclasses.replace(
            tiny_networks.make_quick_architecture(), eta_instance_norm=False
        )
        model = tiny_networks.make_gan(arch, finetune_eta=False)
        self.assertTrue(any("moving_" in v.name for v in model.eta.variables))
        before = model.eta.get_weights()
        model.train_step(tiny_networks.make_batch())
        after = model.eta.get_weights()
        differences = tiny_networks.differences(before, after)
        self.assertFalse(any(map(np.any, differences)))

    def test_beta_has_nothing_to_learn(self):
        self.assertEmpty(_gan().beta.variables)

    @parameterized.parameters(
        ({"perceptual_weight": 0.0}, {"phi", "d_y", "eta"}),
        (
            {"perceptual_weight": 0.0, "adversarial_weight": 0.0},
            {"d_y", "eta"},
        ),
        (
            {
                "perceptual_weight": 0.0,
                "adversarial_weight": 0.0,
                "adversarial_y_star_weight": 1.0,
            },
            {"phi", "d_y", "eta"},
        ),
        (
            {"eta_points_weight": 0.0, "eta_image_weight": 0.0},
            {"phi", "psi", "d_y"},
        ),
    )
    def test_a_player_follows_its_own_terms_only(self, weights, expected):
        model = _gan()
        self.addCleanup(setattr, model, "objective", model.objective)
        model.objective = dataclasses.replace(model.objective, **weights)
        # A player whose gradient is 0 would still move, by Adam's momentum.
        for player in model.players.values():
            for moment in player.optimizer.variables[1:]:
                moment.assign(tf.zeros_like(moment))
        changed = _changed_by(model, lambda: _step_without_statistics(model))
        self.assertEqual(changed, expected)


class TermsTest(tf.test.TestCase):
    def test_the_defaults_are_released(self):
        objective = objectives.Objective()
        self.assertEqual(objective.perceptual_weight, 10.0)
        self.assertEqual(objective.adversarial_weight, 10.0)
        self.assertEqual(objective.adversarial_y_star_weight, 0.0)
        self.assertEqual(objective.discriminator_weight, 0.5)
        self.assertEqual(objective.eta_points_weight, 0.9)
        self.assertEqual(objective.eta_image_weight, 0.1)
        self.assertEqual(objective.pool_size, 50)
        self.assertTrue(objective.finetune_eta)

    def test_the_objectives_are_the_weighted_terms(self):
        terms = collections.defaultdict(
            lambda: tf.constant(0.0),
            perceptual=tf.constant(0.5),
            adversarial=tf.constant(0.25),
            adversarial_y_star=tf.constant(0.125),
            discriminator=tf.constant(0.7),
            discriminator_y_star=tf.constant(0.5),
            eta_points=tf.constant(2.0),
            eta_image=tf.constant(4.0),
        )
        model = _gan()
        self.addCleanup(setattr, model, "objective", model.objective)
        model.objective = dataclasses.replace(
            model.objective,
            perceptual_weight=3.0,
            adversarial_y_star_weight=2.0,
        )
        objectives = model._objectives(terms)
        self.assertAllClose(
            objectives["generator"], 3 * 0.5 + 10 * 0.25 + 2 * 0.125
        )
        self.assertAllClose(objectives["d_y"], 0.5 * (0.7 + 0.5))
        self.assertAllClose(objectives["eta"], 0.9 * 2 + 0.1 * 4)

    def test_a_first_step_logs_what_the_terms_names_say(self):
        model = tiny_networks.make_gan()
        batch = tiny_networks.make_batch()
        y = model.phi(batch["x"], training=True)
        y_star = model.beta(model.eta(y))
        x_hat = model.psi((y_star, batch["x_prime"]), training=True)
        y_bar = model.beta(batch["p_bar"])
        p_bar_eta = batch["p_bar_eta"]
        generated, real = model.d_y(y), model.d_y(y_bar)
        to_zero = np.mean([np.mean(m**2) for m in generated])
        to_one = np.mean([np.mean((m - 1) ** 2) for m in real])
        expected = {
            "reconstruction": np.mean((x_hat - batch["x"]) ** 2),
            "adversarial": np.mean([np.mean((m - 1) ** 2) for m in generated]),
            # The pool is empty: it gives back the images of this batch.
            "discriminator": to_one + to_zero,
            "eta_points": np.mean(
                (model.eta(model.beta(p_bar_eta)) - p_bar_eta) ** 2
            ),
            # Of images in [-1, 1].
            "eta_image": np.mean((2 * y_star - 2 * y) ** 2),
            # Each layer's first distance is divided by itself.
            "perceptual": 1.0,
        }
        distances = [
            np.mean((a - b) ** 2)
            for a, b in zip(
                model.perceptual(x_hat),
                model.perceptual(batch["x"]),
                strict=True,
            )
        ]
        logs = model.train_step(batch)
        self.assertNotIn("adversarial_y_star", logs)
        self.assertAllClose(model.perceptual_scale.means, distances, rtol=1e-3)
        self.assertAllClose(
            {name: logs[name] for name in expected}, expected, rtol=1e-3
        )

    def test_d_y_judges_y_star_from_the_update_that_was_asked_for(self):
        model = tiny_networks.make_gan(
            adversarial_y_star_weight=1.0, adversarial_y_star_from=1
        )
        batch = tiny_networks.make_batch()
        names = ("adversarial_y_star", "discriminator_y_star")
        before, after = model.train_step(batch), model.train_step(batch)
        self.assertAllEqual([before[name] for name in names], [0.0, 0.0])
        self.assertAllGreater([after[name] for name in names], 0.0)

    def test_d_y_judges_y_star_too_where_that_has_a_weight(self):
        model = tiny_networks.make_gan(adversarial_y_star_weight=1.0)
        batch = tiny_networks.make_batch()
        y = model.phi(batch["x"], training=True)
        y_star = model.beta(model.eta(y))

        def distance(images, target):
            maps = model.d_y(images)
            return np.mean([np.mean((m - target) ** 2) for m in maps])

        expected = {
            "adversarial": distance(y, 1),
            "adversarial_y_star": distance(y_star, 1),
            "discriminator": distance(model.beta(batch["p_bar"]), 1)
            + distance(y, 0),
            "discriminator_y_star": distance(y_star, 0),
        }
        logs = model.train_step(batch)
        self.assertAllClose(
            {name: logs[name] for name in expected}, expected, rtol=1e-3
        )


class GraphTest(tf.test.TestCase):
    """What the compiled step computes, counted in its graph."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        step = tf.function(_gan().train_step)
        graph = step.get_concrete_function(tiny_networks.make_batch()).graph
        cls.convolutions = collections.Counter(
            (_network(operation.name), operation.type)
            for operation in graph.get_operations()
            if operation.type.startswith("Conv2D")
            # What nothing uses is pruned before the graph runs.
            and any(output.consumers() for output in operation.outputs)
        )

    def test_phi_and_psi_are_called_once(self):
        for name in ("phi", "psi"):
            layers = sum(
                "kernel" in v.name
                for v in getattr(_gan(), name).trainable_variables
            )
            self.assertEqual(self.convolutions[name, "Conv2D"], layers)
            self.assertEqual(
                self.convolutions[name, "Conv2DBackpropFilter"], layers
            )

    def test_the_targets_features_have_no_backward_pass(self):
        self.assertEqual(self.convolutions["features", "Conv2D"], 2)
        self.assertEqual(
            self.convolutions["features", "Conv2DBackpropInput"], 1
        )

    def test_the_perceptual_network_has_no_gradient_of_its_weights(self):
        self.assertEqual(
            self.convolutions["features", "Conv2DBackpropFilter"], 0
        )


def _network(operation_name):
    """The outermost scope: a network's name, also in the backward pass."""
    scope = operation_name.removeprefix("gradient_tape/").partition("/")[0]
    return scope.rstrip("_0123456789")


if __name__ == "__main__":
    tf.test.main()
