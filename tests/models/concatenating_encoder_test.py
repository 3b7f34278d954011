import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import concatenating_encoder


class ConcatenatingEncoderTest(tf.test.TestCase):
    def test_parameters_are_those_of_fig_22_counted_by_hand(self):
        phi = concatenating_encoder.ConcatenatingEncoder()
        y = phi(tf.zeros([1, 128, 128, 3]))
        self.assertEqual(y.shape, [1, 128, 128, 1])
        # Channels in and out of 3x3 convolutions with batch norm; what is
        # upsampled comes first, then what is skipped.
        norm = [(32, 32), (32, 64), (64, 64), (64, 128), (128, 128)]
        norm += [(128, 256), (256, 256)]  # the encoder, after its 7x7
        norm += [(256, 256), (256, 256)]
        norm += [(256 + 128, 128), (128, 128)]
        norm += [(128 + 64, 64), (64, 64)]
        norm += [(64 + 32, 32), (32, 32)]
        expected = sum(9 * a * b + 2 * b for a, b in norm)
        expected += 49 * 3 * 32 + 2 * 32  # 7x7
        expected += 256 * 256  # 1x1
        expected += 9 * 32 * 1 + 1  # the last, without norm
        count = sum(np.prod(v.shape) for v in phi.trainable_variables)
        self.assertEqual(count, expected)

    def test_each_block_sees_upsampled_features_beside_the_skip(self):
        keras.utils.set_random_seed(0)
        decoder = concatenating_encoder.concatenating_decoder(
            1, 2, blocks.folded
        )
        code = tf.random.normal([1, 2, 2, 8])
        skips = [
            tf.random.normal([1, side, side, channels])
            for side, channels in ((16, 1), (8, 2), (4, 4))
        ]
        features = decoder[0](code)
        for block, skip in zip(decoder[1:], skips[::-1], strict=True):
            larger = tf.image.resize(features, skip.shape[1:3])
            features = block(tf.concat([larger, skip], -1))
        decoded = concatenating_encoder.decode(decoder, code, skips, False)
        self.assertEqual(decoded.shape, [1, 16, 16, 2])
        self.assertAllClose(decoded, features)

    def test_skips_reach_y_without_the_code(self):
        keras.utils.set_random_seed(0)
        phi = concatenating_encoder.ConcatenatingEncoder(2)
        x = tf.random.normal([1, 32, 32, 3])
        phi(x)
        kernel = phi.encoder.to_code.kernel
        kernel.assign(tf.zeros_like(kernel))
        self.assertGreater(tf.reduce_max(abs(phi(x) - phi(-x))), 0.0)


if __name__ == "__main__":
    tf.test.main()
