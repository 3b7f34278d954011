import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from tf_landmarks.data import preprocessing

_BOXES = {
    "smaller": (3.0, 2.0, 20.0, 20.0),
    "larger": (1.5, 2.25, 5.5, 5.5),
    "over_the_border": (-7.0, 11.5, 26.0, 26.0),
    "outside": (40.0, 40.0, 8.0, 8.0),
}


def _slow_weights(length, start, side, size):
    """[size, length]: a triangle of a width of at least one input pixel."""
    weights = np.zeros([size, length])
    step = side / size
    for j in range(size):
        centre = start + (j + 0.5) * step
        if 0 <= centre <= length:
            for i in range(length):
                distance = abs(i + 0.5 - centre) / max(step, 1.0)
                weights[j, i] = max(0.0, 1.0 - distance)
            weights[j] /= weights[j].sum()
    return weights


def _slow_crop(image, box, size):
    x, y, side, _ = box
    rows = _slow_weights(image.shape[0], y, side, size)
    columns = _slow_weights(image.shape[1], x, side, size)
    crop = np.einsum("jh,hwc,iw->jic", rows, image.astype(float), columns)
    return crop / 127.5 - 1.0


class PreprocessingTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.named_parameters(_BOXES.items())
    def test_crop_agrees_with_a_slow_loop(self, box):
        image = np.random.default_rng(0).integers(0, 256, (24, 31, 3))
        image = image.astype(np.uint8)
        expected = _slow_crop(image, box, 12)
        eager = preprocessing.crop_and_resize(image, box, 12)
        dataset = tf.data.Dataset.from_tensors((image, np.float32(box))).map(
            lambda i, b: preprocessing.crop_and_resize(i, tf.unstack(b), 12)
        )
        self.assertAllClose(eager, expected, atol=1e-4)
        self.assertAllClose(next(iter(dataset)), expected, atol=1e-4)

    def test_every_grey_level_comes_back(self):
        levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
        x = preprocessing.crop_and_resize(levels, (0, 0, 16, 16), 16)
        self.assertAllEqual(preprocessing.as_uint8(x), levels)
        self.assertAllEqual(
            preprocessing.as_uint8(tf.constant([-0.5, 0.002])), [64, 128]
        )

    def test_outside_of_the_image_is_black(self):
        image = np.full((8, 8, 3), 255, np.uint8)
        crop = preprocessing.crop_and_resize(image, (-8, 0, 16, 16), 16)
        self.assertAllClose(crop[:8, :8], -tf.ones([8, 8, 3]))
        self.assertAllClose(crop[:8, 8:], tf.ones([8, 8, 3]))
        self.assertAllClose(crop[8:], -tf.ones([8, 16, 3]))

    @parameterized.parameters((4.0, 3.0, 20.0), (2.5, 1.25, 7.75), (0, 0, 32))
    def test_pixels_show_what_their_coordinates_say(self, x, y, side):
        """Of a picture of its own coordinates, to a fraction of a pixel."""
        rows, columns = np.mgrid[:32, :32].astype(np.float32)
        image = np.stack([columns, rows, rows], axis=-1)
        box, size = (x, y, side, side), 16
        crop = preprocessing.crop_and_resize(image, box, size).numpy()
        seen = (crop[..., :2] + 1.0) * 127.5  # [S, S, 2]
        line = np.linspace(-1.0, 1.0, size)
        normalized = np.stack(np.meshgrid(line, line), axis=-1)
        pixels = preprocessing.normalized_to_pixels(normalized, box, size)
        inside = slice(1, -1)  # the kernel is cut at the border of an image
        self.assertAllClose(
            seen[inside, inside], pixels[inside, inside], atol=0.05
        )

    def test_ends_of_the_range_are_the_centres_of_the_outer_pixels(self):
        # 4 pixels of 10 over [10, 50): centres at the edges 15 and 45.
        box = (10.0, 20.0, 40.0, 40.0)
        ends = np.array([[14.5, 24.5], [44.5, 54.5]])
        normalized = preprocessing.pixels_to_normalized(ends, box, 4)
        self.assertAllClose(normalized, [[-1.0, -1.0], [1.0, 1.0]])

    def test_coordinates_return(self):
        points = np.random.default_rng(0).uniform(0, 100, (5, 3, 2))
        box = (-3.0, 8.5, 71.0, 71.0)
        there = preprocessing.pixels_to_normalized(points, box, 64)
        back = preprocessing.normalized_to_pixels(there, box, 64)
        self.assertAllClose(back, points)

    def test_short_side_grows_about_the_centre(self):
        self.assertEqual(
            preprocessing.square_box((10, 20, 30, 50)), (0, 20, 50, 50)
        )
        self.assertEqual(
            preprocessing.padded_square(height=60, width=100),
            (0, -20, 100, 100),
        )


if __name__ == "__main__":
    tf.test.main()


def test_points_are_turned_clockwise_each_pose_by_its_angle():
    right = np.array([[[1.0, 0.0]], [[1.0, 0.0]]])
    turned = preprocessing.turned(right, np.array([90.0, -30.0]))
    np.testing.assert_allclose(
        turned, [[[0, 1]], [[np.sqrt(0.75), -0.5]]], atol=1e-12
    )
