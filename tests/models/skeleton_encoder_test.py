import numpy as np
import tensorflow as tf
from absl.testing import parameterized
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import skeleton_encoder


class SkeletonEncoderTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.parameters((32, 1_181_184), (68, 1_190_436))
    def test_parameters_are_those_of_the_released_code(self, k, expected):
        eta = skeleton_encoder.SkeletonEncoder(k)
        self.assertEqual(eta(tf.zeros([2, 128, 128, 1])).shape, [2, k, 2])
        count = sum(np.prod(v.shape) for v in eta.trainable_variables)
        self.assertEqual(count, expected)

    def test_heatmaps_have_an_eighth_of_the_side(self):
        eta = skeleton_encoder.SkeletonEncoder(5, 2)
        columns, rows = eta.marginals(tf.zeros([3, 128, 128, 1]))
        self.assertEqual(columns.shape, [3, 16, 5])
        self.assertEqual(rows.shape, [3, 16, 5])

    @parameterized.product(
        norm=[blocks.InstanceNorm, blocks.batch_norm],
        separable_softmax=[True, False],
    )
    def test_keypoints_stay_inside_the_image(self, norm, separable_softmax):
        eta = skeleton_encoder.SkeletonEncoder(3, 2, norm, separable_softmax)
        y = 50 * tf.random.stateless_normal([2, 32, 32, 1], (0, 1))
        p = eta(y, training=True)
        self.assertEqual(p.dtype, tf.float32)
        self.assertAllInRange(p, -1.0, 1.0)

    def test_instance_norm_makes_training_and_inference_the_same(self):
        y = tf.random.stateless_uniform([2, 32, 32, 1], (0, 1))
        for norm in (blocks.InstanceNorm, blocks.batch_norm):
            keras.utils.set_random_seed(0)
            eta = skeleton_encoder.SkeletonEncoder(3, 2, norm)
            difference = eta(y, training=True) - eta(y, training=False)
            # Another kernel normalizes in training: alike up to rounding.
            same = float(tf.reduce_max(abs(difference))) < 1e-6
            self.assertEqual(same, norm is blocks.InstanceNorm)

    def test_separable_and_joint_softmax_differ(self):
        y = tf.random.stateless_uniform([1, 32, 32, 1], (0, 1))
        separable = skeleton_encoder.SkeletonEncoder(3, 2)
        joint = skeleton_encoder.SkeletonEncoder(3, 2, separable_softmax=False)
        separable(y)
        joint(y)
        bold = [30 * w for w in separable.get_weights()]  # no flat heatmaps
        separable.set_weights(bold)
        joint.set_weights(bold)
        self.assertGreater(tf.reduce_max(abs(separable(y) - joint(y))), 1e-3)


if __name__ == "__main__":
    tf.test.main()
