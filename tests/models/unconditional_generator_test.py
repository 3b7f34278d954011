import numpy as np
import tensorflow as tf

from tf_landmarks.models import unconditional_generator


class UnconditionalGeneratorTest(tf.test.TestCase):
    def test_it_is_psi_without_the_branch_of_x_prime(self):
        psi = unconditional_generator.UnconditionalGenerator()
        self.assertEqual(
            psi(tf.zeros([1, 128, 128, 1])).shape[1:], [128, 128, 3]
        )
        count = sum(np.prod(v.shape) for v in psi.trainable_variables)
        # Of the released Ψ: the encoder of x_prime, and its half of the code.
        released, encoder, half = 4_825_635, 1_242_592, 9 * 256 * 256
        self.assertEqual(count, released - encoder - half)

    def test_skeletons_are_seen_in_the_range_of_images(self):
        """A grey of 1/2 is 0, of which convolutions without bias make 0."""
        psi = unconditional_generator.UnconditionalGenerator(2)
        x_hat = psi(tf.fill([1, 16, 16, 2], 0.5))
        self.assertAllEqual(x_hat, tf.zeros([1, 16, 16, 3]))
        x_hat = psi(tf.fill([1, 16, 16, 2], 1.0))
        self.assertGreater(tf.reduce_max(abs(x_hat)), 0.0)


if __name__ == "__main__":
    tf.test.main()
