import numpy as np
import tensorflow as tf
from absl.testing import parameterized
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import skeleton_discriminator


class SkeletonDiscriminatorTest(tf.test.TestCase, parameterized.TestCase):
    def test_parameters_are_those_of_the_released_code(self):
        d_y = skeleton_discriminator.SkeletonDiscriminator(128)
        maps = d_y(tf.zeros([2, 128, 128, 1]))
        self.assertEqual(
            [m.shape.as_list() for m in maps],
            [[2, 14, 14, 1], [2, 6, 6, 1], [2, 2, 2, 1]],
        )
        count = sum(np.prod(v.shape) for v in d_y.trainable_variables)
        self.assertEqual(count, 8_288_067)

    @parameterized.parameters((64, [6, 2]), (32, [2]), (256, [30, 14, 6]))
    def test_scales_that_would_leave_no_map_are_left_out(self, size, sides):
        d_y = skeleton_discriminator.SkeletonDiscriminator(size, 2)
        maps = d_y(tf.zeros([1, size, size, 1]))
        self.assertEqual([m.shape[1] for m in maps], sides)

    @parameterized.parameters(*range(48, 257, 16))
    def test_any_multiple_of_16_gives_a_map(self, size):
        d_y = skeleton_discriminator.SkeletonDiscriminator(size, 1)
        for m in d_y(tf.zeros([1, size, size, 1])):
            self.assertGreater(m.shape[1], 0)

    def test_fig_20_normalizes_the_first_convolution_too(self):
        y = tf.random.stateless_uniform([1, 64, 64, 1], (0, 1))
        for norm_first, norms in ((False, 3), (True, 4)):
            d_y = skeleton_discriminator.SkeletonDiscriminator(
                64, 2, norm_first
            )
            d_y(y)
            for scale in d_y.patch_discriminators:
                layers = scale.layers_in_order
                count = sum(isinstance(a, blocks.InstanceNorm) for a in layers)
                self.assertEqual(count, norms)
            # Its parameters do not depend on it.
            self.assertLen(d_y.trainable_variables, 2 * 10)

    def test_skeletons_are_seen_in_the_range_of_images(self):
        """A grey of 1/2 is 0: what bias alone makes of it is constant."""
        keras.utils.set_random_seed(0)
        d_y = skeleton_discriminator.SkeletonDiscriminator(32, 2)
        (m,) = d_y(tf.fill([1, 32, 32, 1], 0.5))
        self.assertAllEqual(m, tf.zeros([1, 2, 2, 1]))
        (m,) = d_y(tf.random.uniform([1, 32, 32, 1]))
        self.assertGreater(tf.reduce_max(abs(m)), 0)

    def test_scales_share_no_weights(self):
        d_y = skeleton_discriminator.SkeletonDiscriminator(64, 2)
        d_y(tf.zeros([1, 64, 64, 1]))
        first, second = (
            {v.ref() for v in scale.variables}
            for scale in d_y.patch_discriminators
        )
        self.assertEmpty(first & second)


if __name__ == "__main__":
    tf.test.main()
