import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import image_encoder
from tf_landmarks.models import precision


def _trainable(network):
    return sum(np.prod(v.shape) for v in network.trainable_variables)


class ImageEncoderTest(tf.test.TestCase):
    def test_parameters_are_those_of_the_released_code(self):
        phi = image_encoder.ImageEncoder()
        y = phi(tf.zeros([1, 128, 128, 3]))
        self.assertEqual(y.shape, [1, 128, 128, 1])
        self.assertEqual(_trainable(phi), 3_124_801)

    def test_without_skips_only_the_merges_are_gone(self):
        phi = image_encoder.ImageEncoder(skip_connections=False)
        self.assertEqual(phi(tf.zeros([1, 128, 128, 3])).shape[1:3], [128, 128])
        # A skip has half the channels of what it is merged with.
        merges = sum((c + c // 2) * c for c in (256, 128, 64))
        self.assertEqual(_trainable(phi), 3_124_801 - merges)

    def test_the_decoder_has_the_sides_of_fig_17(self):
        phi = image_encoder.ImageEncoder(2, skip_connections=False)
        x = tf.zeros([1, 128, 128, 3])
        phi(x)
        features, sides = phi.encoder(x)[-1], []
        for block in phi.decoder:
            sides.append(features.shape[1])
            features = blocks.upsample(block(features))
        self.assertEqual(sides, [16, 32, 64, 128])

    def test_without_skips_the_code_is_all_that_the_decoder_sees(self):
        keras.utils.set_random_seed(0)
        x = tf.random.normal([1, 32, 32, 3])
        for skips in (False, True):
            phi = image_encoder.ImageEncoder(2, skip_connections=skips)
            phi(x)
            phi.encoder.to_code.kernel.assign(
                tf.zeros_like(phi.encoder.to_code.kernel)
            )
            y = phi(x) - phi(-x)
            self.assertEqual(float(tf.reduce_max(abs(y))) > 0, skips)

    def test_a_linear_output_of_0_is_a_grey_of_a_half(self):
        phi = image_encoder.ImageEncoder(2)
        x = tf.zeros([1, 16, 16, 3])
        phi(x)
        last = phi.decoder[-1].layers[-1]
        last.kernel.assign(tf.zeros_like(last.kernel))
        self.assertAllClose(phi(x), tf.fill([1, 16, 16, 1], 0.5))

    def test_mixed_precision_gives_float32(self):
        with precision.policy("mixed_bfloat16"):
            phi = image_encoder.ImageEncoder(2)
            y = phi(tf.zeros([1, 16, 16, 3]))
        self.assertEqual(y.dtype, tf.float32)
        self.assertEqual(phi.encoder.to_code.compute_dtype, "bfloat16")


class MergeTest(tf.test.TestCase):
    def test_it_is_the_1x1_convolution_of_upsampled_and_skipped(self):
        rng = np.random.default_rng(0)
        features = rng.normal(size=[2, 4, 4, 6]).astype(np.float32)
        skip = rng.normal(size=[2, 8, 8, 3]).astype(np.float32)
        merge = image_encoder.Merge(5)
        merged = merge(features, skip)
        kernel = tf.concat(
            [merge.of_features.kernel, merge.of_skip.kernel], axis=2
        )
        both = tf.concat([blocks.upsample(features), skip], axis=-1)
        expected = tf.nn.conv2d(both, kernel, 1, "SAME")
        self.assertGreater(tf.math.reduce_std(expected), 0.01)
        self.assertAllClose(merged, expected, atol=1e-5)


if __name__ == "__main__":
    tf.test.main()
