import numpy as np
import tensorflow as tf
from absl.testing import parameterized
from tensorflow import keras

from tf_landmarks.models import precision
from tf_landmarks.models import stacked_hourglass


def _trainable(network):
    return sum(np.prod(v.shape) for v in network.trainable_variables)


def _residual(channels_in, channels):
    """Parameters of a residual module, biases and batch norms included."""
    half = channels // 2
    count = channels_in * half + half
    count += 9 * half * half + half
    count += half * channels + channels
    count += 2 * channels_in + 2 * half + 2 * half
    if channels_in != channels:
        count += channels_in * channels + channels
    return count


class StackedHourglassTest(tf.test.TestCase, parameterized.TestCase):
    def test_parameters_of_one_stack_are_those_counted_by_hand(self):
        network = stacked_hourglass.StackedHourglass(16, 256)
        heatmaps = network(tf.zeros([1, 256, 256, 3]))
        self.assertEqual(heatmaps.shape, [1, 64, 64, 16])
        expected = 49 * 3 * 64 + 2 * 64
        expected += _residual(64, 128) + _residual(128, 128)
        expected += _residual(128, 256)
        expected += (4 * 3 + 1) * _residual(256, 256)  # four halvings
        expected += _residual(256, 256) + 256 * 256 + 2 * 256
        expected += 256 * 16 + 16
        self.assertEqual(_trainable(network), expected)
        self.assertEqual(expected, 3_426_128)

    @parameterized.parameters((32, 3), (48, 2), (64, 4), (128, 4), (256, 4))
    def test_heatmaps_are_halved_as_often_as_their_side_allows(
        self, size, halvings
    ):
        network = stacked_hourglass.StackedHourglass(3, size, 8)
        depth, inner = 0, network.hourglass
        while isinstance(inner, stacked_hourglass.Hourglass):
            depth, inner = depth + 1, inner.inner
        self.assertEqual(depth, halvings)

    def test_any_multiple_of_16_gives_a_quarter(self):
        network = stacked_hourglass.StackedHourglass(3, 48, 8)
        self.assertEqual(
            network(tf.zeros([2, 48, 48, 3])).shape, [2, 12, 12, 3]
        )

    def test_a_residual_adds_to_what_it_gets(self):
        keras.utils.set_random_seed(0)
        residual = stacked_hourglass.Residual(4, 4)
        features = tf.random.normal([1, 3, 3, 4])
        residual(features)
        last = residual.bottleneck.layers[-1]
        last.kernel.assign(tf.zeros_like(last.kernel))
        bias = tf.constant([1.0, 2.0, 3.0, 4.0])
        last.bias.assign(bias)
        self.assertAllClose(residual(features), features + bias)

    def test_mixed_precision_gives_float32(self):
        with precision.policy("mixed_bfloat16"):
            network = stacked_hourglass.StackedHourglass(3, 32, 8)
            heatmaps = network(tf.zeros([1, 32, 32, 3]))
        self.assertEqual(heatmaps.dtype, tf.float32)
        conv = network.head.layers[-1]
        self.assertEqual(conv.compute_dtype, "bfloat16")


if __name__ == "__main__":
    tf.test.main()
