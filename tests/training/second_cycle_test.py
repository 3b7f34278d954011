import numpy as np
import tensorflow as tf
from tensorflow import keras

from tests.training import tiny_networks
from tf_landmarks.training import image_pool
from tf_landmarks.training import objectives
from tf_landmarks.training import second_cycle


def _normalizing():
    network = keras.Sequential(
        [keras.layers.BatchNormalization(), keras.layers.Conv2D(1, 1)]
    )
    network(tf.zeros([1, 4, 4, 3]))
    return network


class StatisticsTest(tf.test.TestCase):
    def test_a_call_normalizes_by_the_batch_and_leaves_no_trace(self):
        keras.utils.set_random_seed(0)
        network = _normalizing()
        images = tf.random.normal([4, 4, 4, 3], 5.0)
        # As in training, in a graph.
        call = tf.function(second_cycle.leaving_statistics)
        before = [v.numpy() for v in network.non_trainable_variables]
        outputs = call(network, images)
        after = [v.numpy() for v in network.non_trainable_variables]
        self.assertAllEqual(before[0], after[0])
        self.assertAllEqual(before[1], after[1])
        self.assertAllClose(outputs, network(images, training=True), rtol=1e-4)
        moved = network.non_trainable_variables[0].numpy()
        self.assertGreater(abs(moved - before[0]).min(), 0.01)

    def test_the_gradient_goes_through(self):
        network = _normalizing()
        with tf.GradientTape() as tape:
            outputs = second_cycle.leaving_statistics(
                network, tf.random.normal([4, 4, 4, 3])
            )
            loss = tf.reduce_mean(outputs**2)
        gradients = tape.gradient(loss, network.trainable_variables)
        self.assertNotIn(None, gradients)

    def test_phis_statistics_are_those_of_frames_alone(self):
        arch = tiny_networks.make_quick_architecture()
        batch = tiny_networks.make_batch()
        keras.utils.set_random_seed(0)
        phi = arch.phi()
        phi(batch["x"], training=True)
        expected = [v.numpy() for v in phi.non_trainable_variables]
        keras.utils.set_random_seed(0)
        phi = arch.phi()
        phi(batch["x"], training=True)
        second_cycle.read_back(phi, batch["x_prime"], tf.zeros([4, 32, 32, 1]))
        for variable, value in zip(
            phi.non_trainable_variables, expected, strict=True
        ):
            self.assertAllClose(variable, value)


class ReadBackTest(tf.test.TestCase):
    def test_it_is_the_mean_distance_between_minus_1_and_1(self):
        rng = np.random.default_rng(0)
        painted = rng.normal(size=[2, 4, 4, 3]).astype(np.float32)
        y_bar = rng.uniform(size=[2, 4, 4, 1]).astype(np.float32)
        network = _normalizing()
        y_again = network(painted, training=True).numpy()
        total = 0.0
        for a, b in zip(y_again.flat, y_bar.flat, strict=True):
            total += abs((2 * a - 1) - (2 * b - 1))
        loss = second_cycle.read_back(network, painted, y_bar)["second_cycle"]
        self.assertAllClose(loss, total / y_bar.size, rtol=1e-4)


class JudgesTest(tf.test.TestCase):
    def test_pairs_are_a_frame_beside_its_x_prime(self):
        rng = np.random.default_rng(0)
        x, painted, x_prime = rng.normal(size=[3, 2, 4, 4, 3])
        seen = []

        def d_x(images, training):
            seen.append(images.numpy())
            return [images]

        pool = image_pool.ImagePool(0, (4, 4, 6), seed=0)
        terms = second_cycle.pairs_judged(d_x, pool, x, painted, x_prime)
        real = np.concatenate([x, x_prime], axis=-1)
        fake = np.concatenate([painted, x_prime], axis=-1)
        self.assertAllClose(seen[0], np.concatenate([real, fake]))
        self.assertAllClose(seen[1], fake)
        self.assertAllClose(terms["adversarial_x"], np.mean((fake - 1) ** 2))
        self.assertAllClose(
            terms["discriminator_x"],
            np.mean((real - 1) ** 2) + np.mean(fake**2),
        )

    def test_the_pool_keeps_what_d_x_sees(self):
        arch = tiny_networks.make_quick_architecture()
        size = arch.image_size
        for make, channels in (
            (second_cycle.make_judges, 3),
            (second_cycle.make_conditional_judges, 6),
        ):
            judges = make(arch, 2, 0)
            self.assertEqual(list(judges), ["d_y", "pool", "d_x", "pool_x"])
            shape = [2, size, size, channels]
            self.assertEqual(judges["pool_x"].images.shape, shape)
            judges["d_x"](judges["pool_x"].images)


class ObjectivesTest(tf.test.TestCase):
    def test_without_a_bottleneck_y_star_has_no_part(self):
        terms = {
            "perceptual": 0.5,
            "adversarial": 0.25,
            "second_cycle": 0.3,
            "adversarial_x": 0.2,
            "discriminator": 0.7,
            "discriminator_x": 0.9,
            "eta_points": 2.0,
            "eta_image": 4.0,
        }
        weights = objectives.Objective(
            consistency_weight=9.0, adversarial_y_star_weight=9.0
        )
        found = second_cycle.objectives_without_bottleneck(weights, terms)
        self.assertAllClose(
            found,
            {
                "generator": 10 * (0.5 + 0.25 + 0.3 + 0.2),
                "d_y": 0.5 * 0.7,
                "d_x": 0.5 * 0.9,
                "eta": 0.9 * 2 + 0.1 * 4,
            },
        )


if __name__ == "__main__":
    tf.test.main()
