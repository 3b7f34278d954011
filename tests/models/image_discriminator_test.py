import itertools

import numpy as np
import tensorflow as tf
from absl.testing import parameterized
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import image_discriminator
from tf_landmarks.models import precision


def _trainable(network):
    return sum(np.prod(v.shape) for v in network.trainable_variables)


class ImageDiscriminatorTest(tf.test.TestCase, parameterized.TestCase):
    def test_parameters_are_those_counted_by_hand(self):
        siamese = (16 * 3 * 64 + 64) + (16 * 64 * 128 + 128)
        joint = (16 * 256 * 512 + 512) + (16 * 512 + 1)
        for conditional, streams in ((False, 1), (True, 2)):
            d_x = image_discriminator.ImageDiscriminator(conditional)
            d_x(tf.zeros([1, 128, 128, 3 * streams]))
            third = 16 * 128 * streams * 256 + 256
            self.assertEqual(_trainable(d_x), siamese + third + joint)

    @parameterized.parameters((128, 14), (64, 6), (32, 2))
    def test_it_gives_one_map_of_the_size_of_d_ys(self, size, side):
        d_x = image_discriminator.ImageDiscriminator(True, 2)
        (m,) = d_x(tf.zeros([3, size, size, 6]))
        self.assertEqual(m.shape, [3, side, side, 1])

    def test_both_streams_have_the_same_weights(self):
        keras.utils.set_random_seed(0)
        d_x = image_discriminator.ImageDiscriminator(True, 2)
        a, b = tf.unstack(tf.random.normal([2, 1, 32, 32, 3]))
        (before,) = d_x(tf.concat([a, b], -1))
        self.assertNotAllClose(before, d_x(tf.concat([b, a], -1))[0])
        # Where the first joint convolution treats them alike, all does.
        kernel = d_x.joint.layers[1].kernel
        half = kernel[:, :, :4]
        kernel.assign(tf.concat([half, half], axis=2))
        self.assertAllClose(
            d_x(tf.concat([a, b], -1))[0],
            d_x(tf.concat([b, a], -1))[0],
            atol=1e-5,
        )

    def test_every_activation_is_preceded_by_instance_norm(self):
        d_x = image_discriminator.ImageDiscriminator(False, 2)
        layers = [*d_x.siamese.layers, *d_x.joint.layers]
        before = [
            (a, b)
            for a, b in itertools.pairwise(layers)
            if isinstance(b, keras.layers.LeakyReLU)
        ]
        self.assertLen(before, 4)
        for norm, activation in before:
            self.assertIsInstance(norm, blocks.InstanceNorm)
            self.assertAllClose(activation.alpha, 0.2)

    def test_mixed_precision_gives_float32(self):
        with precision.policy("mixed_bfloat16"):
            d_x = image_discriminator.ImageDiscriminator(True, 2)
            (m,) = d_x(tf.zeros([1, 32, 32, 6]))
        self.assertEqual(m.dtype, tf.float32)
        self.assertEqual(d_x.joint.layers[1].compute_dtype, "bfloat16")


if __name__ == "__main__":
    tf.test.main()
