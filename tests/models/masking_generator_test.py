import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import masking_generator


class MaskedTest(tf.test.TestCase):
    def test_features_are_kept_and_multiplied_by_each_channel(self):
        rng = np.random.default_rng(0)
        features = rng.normal(size=[1, 2, 2, 3]).astype(np.float32)
        y_star = rng.uniform(size=[1, 4, 4, 2]).astype(np.float32)
        masked = masking_generator.masked(features, y_star)
        self.assertEqual(masked.shape, [1, 2, 2, 9])
        self.assertAllEqual(masked[..., :3], features)
        for i in range(2):
            for j in range(2):
                for s in range(2):
                    of_cell = y_star[0, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, s]
                    self.assertAllClose(
                        masked[0, i, j, 3 + 3 * s : 6 + 3 * s],
                        features[0, i, j] * of_cell.mean(),
                    )


class MaskingGeneratorTest(tf.test.TestCase):
    def test_parameters_are_those_counted_by_hand(self):
        psi = masking_generator.MaskingGenerator()
        inputs = (tf.zeros([1, 128, 128, 1]), tf.zeros([1, 128, 128, 3]))
        self.assertEqual(psi(inputs).shape, [1, 128, 128, 3])
        # As of fig. 22, but with all that comes from the encoder twice.
        norm = [(32, 32), (32, 64), (64, 64), (64, 128), (128, 128)]
        norm += [(128, 256), (256, 256)]
        norm += [(2 * 256, 256), (256, 256)]
        norm += [(256 + 2 * 128, 128), (128, 128)]
        norm += [(128 + 2 * 64, 64), (64, 64)]
        norm += [(64 + 2 * 32, 32), (32, 32)]
        expected = sum(9 * a * b + 2 * b for a, b in norm)
        expected += 49 * 3 * 32 + 2 * 32 + 256 * 256 + 9 * 32 * 3 + 3
        count = sum(np.prod(v.shape) for v in psi.trainable_variables)
        self.assertEqual(count, expected)

    def test_both_skeleton_and_x_prime_are_seen(self):
        keras.utils.set_random_seed(0)
        psi = masking_generator.MaskingGenerator(2)
        y_star = tf.random.uniform([1, 16, 16, 1])
        x_prime = tf.random.normal([1, 16, 16, 3])
        x_hat = psi((y_star, x_prime))
        self.assertNotAllClose(x_hat, psi((1 - y_star, x_prime)), atol=1e-12)
        self.assertNotAllClose(x_hat, psi((y_star, -x_prime)), atol=1e-12)


if __name__ == "__main__":
    tf.test.main()
