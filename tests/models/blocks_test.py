import numpy as np
import tensorflow as tf

from tf_landmarks.models import blocks


class InstanceNormTest(tf.test.TestCase):
    def test_each_channel_of_each_image_is_normalized_alone(self):
        rng = np.random.default_rng(0)
        features = rng.normal(3, 2, [2, 4, 5, 3]).astype(np.float32)
        expected = np.empty_like(features)
        for image in range(2):
            for channel in range(3):
                values = features[image, :, :, channel]
                expected[image, :, :, channel] = (
                    values - values.mean()
                ) / np.sqrt(values.var() + 1e-5)
        norm = blocks.InstanceNorm()
        self.assertEmpty(norm.variables)
        for training in (False, True):
            self.assertAllClose(
                norm(features, training=training), expected, atol=1e-5
            )

    def test_the_fused_kernel_has_the_gradient_of_the_formula(self):
        features = tf.random.stateless_normal([2, 4, 5, 3], [0, 1]) * 2 + 3
        weights = tf.random.stateless_normal(features.shape, [2, 3])

        def gradient(training: bool) -> tf.Tensor:
            with tf.GradientTape() as tape:
                tape.watch(features)
                normalized = blocks.InstanceNorm()(features, training=training)
                loss = tf.reduce_sum(weights * normalized)
            return tape.gradient(loss, features)

        self.assertAllClose(gradient(True), gradient(False), atol=1e-5)

    def test_batches_of_any_size_keep_their_type(self):
        for policy, dtype in (
            ("float32", tf.float32),
            ("mixed_bfloat16", tf.bfloat16),
        ):
            norm = blocks.InstanceNorm(dtype=policy)
            normalize = tf.function(
                lambda x, norm=norm: norm(x, training=True),
                input_signature=[tf.TensorSpec([None, 4, 4, 2], dtype)],
            )
            for count in (1, 3):
                normalized = normalize(tf.ones([count, 4, 4, 2], dtype))
                self.assertEqual(normalized.shape, [count, 4, 4, 2])
                self.assertEqual(normalized.dtype, dtype)

    def test_constant_features_become_zero(self):
        for training in (False, True):
            self.assertAllClose(
                blocks.InstanceNorm()(
                    tf.fill([1, 4, 4, 1], 7.0), training=training
                ),
                tf.zeros([1, 4, 4, 1]),
            )


class BlocksTest(tf.test.TestCase):
    def test_upsampling_has_half_pixel_centres(self):
        features = tf.reshape(tf.constant([0.0, 4.0]), [1, 1, 2, 1])
        upsampled = blocks.upsample(features)
        self.assertAllClose(upsampled[0, 0, :, 0], [0.0, 1.0, 3.0, 4.0])
        self.assertAllClose(upsampled[0, 1], upsampled[0, 0])

    def test_upsampling_keeps_the_type(self):
        features = tf.ones([1, 2, 2, 1], tf.bfloat16)
        self.assertEqual(blocks.upsample(features).dtype, tf.bfloat16)

    def test_centred_and_uncentred_are_inverse(self):
        self.assertAllClose(
            blocks.centred(tf.constant([0.0, 0.5, 1.0])), [-1.0, 0.0, 1.0]
        )
        self.assertAllClose(
            blocks.uncentred(tf.constant([-1.0, 0.0, 1.0])), [0.0, 0.5, 1.0]
        )

    def test_weights_start_as_released(self):
        conv = blocks.conv(64, 3)
        conv.build([None, 8, 8, 64])
        self.assertAllClose(
            np.std(conv.kernel), blocks.INITIAL_STDDEV, rtol=0.05
        )
        self.assertAllClose(conv.bias, tf.zeros([64]))

    def test_batch_norm_moves_its_statistics_by_a_tenth(self):
        norm = blocks.batch_norm()
        norm(tf.fill([4, 2, 2, 1], 5.0), training=True)
        self.assertAllClose(norm.moving_mean, [0.5])


class EncoderTest(tf.test.TestCase):
    def test_sides_and_channels_are_those_of_the_paper(self):
        encoder = blocks.Encoder(256)
        shapes = [
            f.shape.as_list() for f in encoder(tf.zeros([1, 128, 128, 3]))
        ]
        self.assertEqual(
            shapes,
            [
                [1, 128, 128, 32],
                [1, 64, 64, 64],
                [1, 32, 32, 128],
                [1, 16, 16, 256],
            ],
        )

    def test_features_are_rectified_and_the_code_is_not(self):
        tf.keras.utils.set_random_seed(0)
        encoder = blocks.Encoder(4, 2)
        *features, code = encoder(
            tf.random.normal([1, 32, 32, 3]), training=True
        )
        for feature in features:
            self.assertAllGreaterEqual(feature, 0.0)
        self.assertLess(tf.reduce_min(code), 0.0)

    def test_a_bias_only_where_batch_norm_does_not_idle_it(self):
        for norm, has_bias in (
            (blocks.batch_norm, False),
            (blocks.InstanceNorm, True),
        ):
            encoder = blocks.Encoder(4, 2, norm)
            encoder(tf.zeros([1, 16, 16, 1]))
            convs = [v for v in encoder.variables if "bias" in v.name]
            self.assertLen(convs, 9 if has_bias else 0)

    def test_a_decoder_block_is_two_convolutions_of_its_width(self):
        decoder = blocks.decoder_blocks(2, 3)
        channels = []
        features = tf.zeros([1, 4, 4, 5])
        for block in decoder:
            features = block(features)
            channels.append(features.shape[-1])
        self.assertEqual(channels, [16, 8, 4, 3])


if __name__ == "__main__":
    tf.test.main()
