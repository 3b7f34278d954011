import numpy as np
import tensorflow as tf

from tf_landmarks.data import thin_plate_splines

_SIZE = 28  # control points, 10 a side, are on pixels 0, 3, ..., 27


def _key(i):
    return tf.constant([0, i])


class ThinPlateSplinesTest(tf.test.TestCase):
    def test_control_points_show_where_they_look(self):
        """On pictures of their own coordinates, inside the picture."""
        line = np.linspace(-1, 1, _SIZE, dtype=np.float32)
        image = np.stack(np.meshgrid(line, line), axis=-1)
        images = tf.constant(np.stack([image, image]))
        warped = thin_plate_splines.warp(images, _key(0)).numpy()
        looks = thin_plate_splines.random_spline(2, _key(0)).numpy()
        shown = warped[:, ::3, ::3].reshape(2, 100, 2)
        self.assertAllClose(shown, np.clip(looks, -1, 1), atol=1e-3)

    def test_splines_scatter_about_the_identity_as_asked(self):
        looks = thin_plate_splines.random_spline(1000, _key(1)).numpy()
        line = np.linspace(-1, 1, 10)
        grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(100, 2)
        self.assertAllClose(looks.mean(0), grid, atol=0.03)
        kernel = np.zeros([100, 100])
        for i in range(100):
            for j in range(100):
                squared = np.sum((grid[i] - grid[j]) ** 2)
                kernel[i, j] = squared * np.log(max(squared, 1e-8))
        # Half of the weights have a deviation of 0.001, half of 0.011.
        weights = (0.001**2 + 0.011**2) / 2
        # The mean of the points is moved by the translation and the kernels.
        variance = 0.1**2 + weights * np.sum(kernel.mean(0) ** 2)
        shift = looks.mean(1).std(0)
        self.assertAllClose(shift, [variance**0.5] * 2, rtol=0.1)

    def test_warps_follow_the_key_and_differ_in_a_batch(self):
        images = tf.random.stateless_uniform([2, _SIZE, _SIZE, 3], [0, 0])
        images = tf.tile(images[:1], [2, 1, 1, 1])
        one = thin_plate_splines.warp(images, _key(0))
        self.assertAllEqual(one, thin_plate_splines.warp(images, _key(0)))
        self.assertNotAllClose(one, thin_plate_splines.warp(images, _key(1)))
        self.assertNotAllClose(one[0], one[1])
        self.assertEqual(one.shape, images.shape)


if __name__ == "__main__":
    tf.test.main()
