import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import image_generator


class ImageGeneratorTest(tf.test.TestCase):
    def test_parameters_are_those_of_the_released_code(self):
        psi = image_generator.ImageGenerator()
        x_hat = psi((tf.zeros([1, 128, 128, 1]), tf.zeros([1, 128, 128, 3])))
        self.assertEqual(x_hat.shape, [1, 128, 128, 3])
        count = sum(np.prod(v.shape) for v in psi.trainable_variables)
        self.assertEqual(count, 4_825_635)

    def test_the_decoder_has_the_sides_and_channels_of_fig_18(self):
        psi = image_generator.ImageGenerator(2)
        images = tf.zeros([1, 128, 128, 1]), tf.zeros([1, 128, 128, 3])
        psi(images)
        features = tf.zeros([1, 16, 16, 32])  # both codes
        shapes = []
        for block in psi.decoder:
            shapes.append(features.shape[1:].as_list())
            features = blocks.upsample(block(features))
        self.assertEqual(
            shapes, [[16, 16, 32], [32, 32, 16], [64, 64, 8], [128, 128, 4]]
        )

    def test_the_result_depends_on_both_images(self):
        keras.utils.set_random_seed(0)
        psi = image_generator.ImageGenerator(2)
        y_star = tf.random.uniform([1, 16, 16, 1])
        x_prime = tf.random.uniform([1, 16, 16, 3])
        x_hat = psi((y_star, x_prime))
        for other in ((1 - y_star, x_prime), (y_star, -x_prime)):
            self.assertGreater(tf.reduce_max(abs(psi(other) - x_hat)), 0)

    def test_the_encoders_share_no_weights(self):
        psi = image_generator.ImageGenerator(2)
        psi((tf.zeros([1, 16, 16, 1]), tf.zeros([1, 16, 16, 3])))
        of_skeleton = {v.ref() for v in psi.skeleton_encoder.variables}
        of_style = {v.ref() for v in psi.style_encoder.variables}
        self.assertNotEmpty(of_skeleton)
        self.assertEmpty(of_skeleton & of_style)


if __name__ == "__main__":
    tf.test.main()
