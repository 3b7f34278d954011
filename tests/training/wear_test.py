import numpy as np
import tensorflow as tf

from tf_landmarks.training import wear


def _drawn(batch: int) -> tf.Tensor:
    """The same soft vertical line in each image [batch, 32, 32, 1]."""
    distance = np.abs(np.linspace(-1, 1, 32))
    line = np.exp(-10 * distance).astype(np.float32)
    return tf.tile(line[None, None, :, None], [batch, 32, 1, 1])


class WearTest(tf.test.TestCase):
    def test_the_same_seed_wears_alike_and_another_does_not(self):
        y_bar = _drawn(4)
        once, again = wear.wear(y_bar, [1, 2]), wear.wear(y_bar, [1, 2])
        self.assertAllEqual(once, again)
        self.assertNotAllClose(once, wear.wear(y_bar, [1, 3]))

    def test_images_of_a_batch_are_worn_differently(self):
        worn = wear.wear(_drawn(2), [0, 0])
        self.assertNotAllClose(worn[0], worn[1])

    def test_lines_stay_in_place_and_within_range(self):
        worn = wear.wear(_drawn(64), [0, 0]).numpy()
        across = worn.mean(axis=(0, 1))[:, 0]
        self.assertIn(int(across.argmax()), (15, 16))
        self.assertBetween(worn.min(), -0.2, 0.0)
        self.assertBetween(worn.max(), 0.9, 1.2)

    def test_most_lines_become_wider(self):
        worn = wear.wear(_drawn(64), [0, 0]).numpy()
        away = worn[:, :, 24].mean() / worn[:, :, 15].mean()
        drawn = _drawn(1).numpy()
        self.assertGreater(away, drawn[0, 0, 24, 0] / drawn[0, 0, 15, 0])


if __name__ == "__main__":
    tf.test.main()
