import numpy as np
import tensorflow as tf

from tf_landmarks.training import instance_noise


def _judge(images, training=False):
    del training
    return [images]


def _stddev(update):
    return 0.3 if update < 100 else 0.1


def _noise(judge):
    return judge(tf.zeros([2, 64, 64, 2]), training=True)[0].numpy()


class ThroughNoiseTest(tf.test.TestCase):
    def _judge_at(self, update, seed=3):
        return instance_noise.through_noise(
            _judge, _stddev, seed, tf.constant(update, tf.int64)
        )

    def test_the_noise_has_the_deviation_and_no_mean(self):
        noise = _noise(self._judge_at(7))
        self.assertAllClose(noise.std(), 0.3, atol=0.01)
        self.assertAllClose(noise.mean(), 0.0, atol=0.01)
        self.assertAllClose(_noise(self._judge_at(100)).std(), 0.1, atol=0.01)

    def test_it_is_a_function_of_seed_and_update(self):
        noise = _noise(self._judge_at(7))
        self.assertAllEqual(noise, _noise(self._judge_at(7)))
        for other in (self._judge_at(8), self._judge_at(7, seed=4)):
            correlation = np.corrcoef(noise.ravel(), _noise(other).ravel())
            self.assertLess(abs(correlation[0, 1]), 0.05)

    def test_what_is_shown_next_has_other_noise(self):
        judge = self._judge_at(7)
        correlation = np.corrcoef(_noise(judge).ravel(), _noise(judge).ravel())
        self.assertLess(abs(correlation[0, 1]), 0.05)

    def test_images_are_under_it(self):
        images = tf.constant([[[[0.0], [1.0]]]])
        shown = self._judge_at(7)(images)[0] - self._judge_at(7)(0 * images)[0]
        self.assertAllClose(shown, images)
