import tensorflow as tf

from tf_landmarks import losses


class LossesTest(tf.test.TestCase):
    def test_mean_squared_error_is_the_mean_over_all_elements(self):
        loss = losses.mean_squared_error(
            tf.constant([[1.0, 2.0], [3.0, 4.0]]),
            tf.constant([[1.0, 0.0], [0.0, 5.0]]),
        )
        self.assertAllClose(loss, (0 + 4 + 9 + 1) / 4)

    def test_mean_squared_error_of_bfloat16_is_summed_in_float32(self):
        loss = losses.mean_squared_error(
            tf.ones([1000], tf.bfloat16) * 3, tf.zeros([1000], tf.bfloat16)
        )
        self.assertEqual(loss.dtype, tf.float32)
        self.assertAllClose(loss, 9.0)

    def test_mean_absolute_error_is_the_mean_over_all_elements(self):
        loss = losses.mean_absolute_error(
            tf.constant([[1.0, 2.0], [3.0, 4.0]], tf.bfloat16),
            tf.constant([[1.0, 0.0], [0.0, 5.0]]),
        )
        self.assertEqual(loss.dtype, tf.float32)
        self.assertAllClose(loss, (0 + 2 + 3 + 1) / 4)

    def test_encoder_adversarial_weighs_scales_alike_whatever_their_size(self):
        large = tf.fill([1, 4, 4, 1], 3.0)  # (3 - 1)² = 4
        small = tf.fill([1, 1, 1, 1], 0.0)  # 1
        loss = losses.encoder_adversarial([large, small])
        self.assertAllClose(loss, (4 + 1) / 2)

    def test_discriminator_is_real_to_one_and_fake_to_zero(self):
        real = [tf.constant([[[[1.0], [3.0]]]]), tf.constant([[[[0.0]]]])]
        fake = [tf.constant([[[[2.0], [0.0]]]]), tf.constant([[[[-3.0]]]])]
        # Real: scales (0 + 4) / 2 and 1; fake: (4 + 0) / 2 and 9.
        self.assertAllClose(
            losses.discriminator(real, fake), (2 + 1) / 2 + (2 + 9) / 2
        )
        self.assertAllClose(losses.discriminator_of_fakes(fake), (2 + 9) / 2)

    def test_a_discriminator_that_is_right_has_no_loss(self):
        one, zero = [tf.ones([2, 3, 3, 1])], [tf.zeros([2, 3, 3, 1])]
        self.assertAllClose(losses.discriminator(one, zero), 0.0)
        self.assertAllClose(losses.encoder_adversarial(one), 0.0)

    def test_perceptual_distances_are_a_mean_for_each_layer(self):
        distances = losses.perceptual_distances(
            [tf.ones([2, 2, 2, 3]), tf.constant([1.0, 5.0])],
            [tf.zeros([2, 2, 2, 3]), tf.constant([4.0, 5.0])],
        )
        self.assertAllClose(distances, [1.0, 4.5])

    def test_perceptual_distances_want_the_same_layers_of_both(self):
        with self.assertRaises(ValueError):
            losses.perceptual_distances([tf.ones([1])], [])


if __name__ == "__main__":
    tf.test.main()
