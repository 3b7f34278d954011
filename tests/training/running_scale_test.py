import numpy as np
import tensorflow as tf

from tf_landmarks.training import running_scale


class RunningScaleTest(tf.test.TestCase):
    def test_it_is_the_released_running_mean(self):
        losses = np.random.default_rng(0).uniform(1, 100, [20, 3])
        scale = running_scale.RunningScale(3)
        means = None
        for loss in losses.astype(np.float32):
            means = loss if means is None else 0.99 * means + 0.01 * loss
            normalized = scale.normalize(tf.constant(loss))
            self.assertAllClose(normalized, loss / means, rtol=1e-5)
        self.assertAllClose(scale.means, means, rtol=1e-5)

    def test_the_first_losses_become_one(self):
        scale = running_scale.RunningScale(2)
        normalized = scale.normalize(tf.constant([5.0, 1e-3]))
        self.assertAllClose(normalized, [1.0, 1.0], rtol=1e-4)

    def test_a_loss_of_zero_stays_zero(self):
        scale = running_scale.RunningScale(1)
        self.assertAllEqual(scale.normalize(tf.zeros([1])), [0.0])

    def test_the_means_carry_no_gradient(self):
        scale = running_scale.RunningScale(1)
        loss = tf.Variable([4.0])
        scale.normalize(tf.constant([2.0]))
        with tf.GradientTape() as tape:
            normalized = scale.normalize(loss * 1.0)
        mean = 0.99 * 2 + 0.01 * 4
        self.assertAllClose(tape.gradient(normalized, loss), [1 / mean])

    def test_the_means_are_not_trained(self):
        self.assertEmpty(running_scale.RunningScale(2).trainable_variables)


if __name__ == "__main__":
    tf.test.main()
