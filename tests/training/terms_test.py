import numpy as np
import tensorflow as tf

from tests.training import tiny_networks
from tf_landmarks.training import image_pool
from tf_landmarks.training import running_scale
from tf_landmarks.training import terms


def _judge(images, training):
    """Two scales: the image's first channel, and its mean."""
    assert training
    first = images[..., :1]
    return [first, tf.reduce_mean(first, axis=[1, 2], keepdims=True)]


class JudgedTest(tf.test.TestCase):
    def test_both_sides_are_those_of_eq_5(self):
        rng = np.random.default_rng(0)
        real, fake, old = rng.normal(size=[3, 2, 4, 4, 3]).astype(np.float32)
        pool = image_pool.ImagePool(2, (4, 4, 3), seed=0)
        pool.exchange(tf.constant(old))  # it is full
        shown = image_pool.ImagePool(2, (4, 4, 3), seed=0)
        shown.exchange(tf.constant(old))
        shown = shown.exchange(tf.constant(fake)).numpy()

        def distance(images, target):
            first = images[..., 0]
            scales = [first, first.mean(axis=(1, 2))]
            return np.mean([np.mean((s - target) ** 2) for s in scales])

        adversarial, discriminator = terms.judged(_judge, pool, real, fake)
        self.assertAllClose(adversarial, distance(fake, 1))
        self.assertAllClose(
            discriminator, distance(real, 1) + distance(shown, 0)
        )


class FirstCycleTest(tf.test.TestCase):
    def test_each_layer_is_divided_by_its_running_mean(self):
        rng = np.random.default_rng(0)
        x, x_hat, other = rng.normal(size=[3, 2, 8, 8, 3]).astype(np.float32)
        perceptual = tiny_networks.Features()

        def distances(images):
            return np.array(
                [
                    np.mean((a - b) ** 2)
                    for a, b in zip(
                        perceptual(images), perceptual(x), strict=True
                    )
                ]
            )

        scale = running_scale.RunningScale(2)
        terms.first_cycle(perceptual, scale, other, x)
        found = terms.first_cycle(perceptual, scale, x_hat, x)
        mean = 0.99 * distances(other) + 0.01 * distances(x_hat)
        self.assertAllClose(
            found["perceptual"], np.mean(distances(x_hat) / mean), rtol=1e-4
        )
        self.assertAllClose(found["reconstruction"], np.mean((x_hat - x) ** 2))


class SkeletonDistanceTest(tf.test.TestCase):
    def test_it_is_taken_between_minus_1_and_1(self):
        a, b = tf.constant([[0.25, 1.0]]), tf.constant([[0.75, 1.0]])
        # -0.5 and 0.5 are 1 apart.
        self.assertAllClose(terms.skeleton_distance(a, b), 1 / 2)


if __name__ == "__main__":
    tf.test.main()
