import numpy as np
import tensorflow as tf

from tf_landmarks.training import image_pool


def _numbered(first, count):
    """Images 2x2 that carry a number each."""
    numbers = tf.range(first, first + count, dtype=tf.float32)
    return tf.tile(numbers[:, None, None, None], [1, 2, 2, 1])


def _numbers(images):
    return [int(n) for n in np.asarray(images)[:, 0, 0, 0]]


class ImagePoolTest(tf.test.TestCase):
    def test_while_it_fills_it_returns_what_it_gets(self):
        pool = image_pool.ImagePool(6, (2, 2, 1), seed=0)
        for first in (1, 4):
            y = _numbered(first, 3)
            self.assertAllEqual(pool.exchange(y), y)
        self.assertEqual(_numbers(pool.images), [1, 2, 3, 4, 5, 6])

    def test_a_batch_that_fits_in_part_fills_what_is_free(self):
        pool = image_pool.ImagePool(5, (2, 2, 1), seed=0)
        for first in (1, 4):
            y = _numbered(first, 3)
            self.assertAllEqual(pool.exchange(y), y)
        self.assertEqual(_numbers(pool.images), [1, 2, 3, 4, 5])

    def test_no_image_is_lost_and_none_stands_twice(self):
        pool = image_pool.ImagePool(7, (2, 2, 1), seed=0)
        given, taken = [], []
        for call in range(40):
            y = _numbered(1 + 3 * call, 3)
            taken += _numbers(y)
            # What is stored while the pool fills is given too.
            given += [] if call < 2 else _numbers(pool.exchange(y))
            if call < 2:
                pool.exchange(y)
        filling = [7]  # the third call stored its first image
        self.assertCountEqual(given + _numbers(pool.images), taken + filling)

    def test_half_of_the_images_come_from_the_whole_pool(self):
        pool = image_pool.ImagePool(10, (2, 2, 1), seed=0)
        calls, new = 400, 0
        replaced = np.zeros(10)
        for call in range(calls):
            y = _numbered(4 * call, 4)
            before = np.array(_numbers(pool.images))
            given = _numbers(pool.exchange(y))
            if call >= 3:
                new += len(set(given) & set(_numbers(y)))
                replaced += before != np.array(_numbers(pool.images))
        share = new / (4 * (calls - 3))
        self.assertBetween(share, 0.46, 0.54)
        # A slot's turn comes in a fifth of the calls: 80, give or take 8.
        self.assertAllInRange(replaced, 45, 115)

    def test_it_is_a_function_of_its_seed(self):
        def contents(seed):
            pool = image_pool.ImagePool(5, (2, 2, 1), seed)
            return [
                _numbers(pool.exchange(_numbered(3 * call, 3)))
                for call in range(9)
            ]

        tf.random.set_seed(1)
        first = contents(seed=3)
        tf.random.set_seed(2)
        self.assertEqual(contents(seed=3), first)
        self.assertNotEqual(contents(seed=4), first)

    def test_a_checkpoint_goes_on_with_the_same_images(self):
        pool = image_pool.ImagePool(4, (2, 2, 1), seed=0)
        for call in range(5):
            pool.exchange(_numbered(2 * call, 2))
        path = tf.train.Checkpoint(pool=pool).write(
            self.get_temp_dir() + "/pool"
        )
        restored = image_pool.ImagePool(4, (2, 2, 1), seed=0)
        tf.train.Checkpoint(pool=restored).read(path).assert_consumed()
        for call in range(5, 9):
            y = _numbered(2 * call, 2)
            self.assertAllEqual(pool.exchange(y), restored.exchange(y))

    def test_what_it_gives_has_no_gradient(self):
        pool = image_pool.ImagePool(2, (2, 2, 1), seed=0)
        y = tf.Variable(_numbered(0, 2))
        for _ in range(3):
            with tf.GradientTape() as tape:
                given = pool.exchange(y * 1.0)
            self.assertIsNone(tape.gradient(given, y))

    def test_without_capacity_it_returns_what_it_gets(self):
        pool = image_pool.ImagePool(0, (2, 2, 1), seed=0)
        for first in (0, 3):
            y = _numbered(first, 3)
            self.assertAllEqual(pool.exchange(y), y)

    def test_a_batch_larger_than_the_pool_is_refused(self):
        pool = image_pool.ImagePool(2, (2, 2, 1), seed=0)
        with self.assertRaisesRegex(ValueError, "pool of 2.*batch of 3"):
            pool.exchange(_numbered(0, 3))


if __name__ == "__main__":
    tf.test.main()
