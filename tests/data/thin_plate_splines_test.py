import numpy as np
import tensorflow as tf

from tf_landmarks.data import thin_plate_splines

_SIZE = 28


def _draw(count, i):
    return thin_plate_splines.draw(count, tf.constant([0, i]))


def _grid(side):
    line = np.linspace(-1, 1, side, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def _kernel(point, control_point):
    squared = np.sum((point - control_point) ** 2)
    return squared * np.log(max(squared, 1e-8))


class ThinPlateSplinesTest(tf.test.TestCase):
    def test_points_go_where_the_formula_says(self):
        splines = _draw(3, 0)
        points = np.random.default_rng(0).uniform(-1, 1, [3, 5, 2])
        came = thin_plate_splines.apply(splines, tf.constant(points, "float32"))
        for b, (matrix, shift, weights) in enumerate(
            zip(*(part.numpy() for part in splines), strict=True)
        ):
            for k, point in enumerate(points[b]):
                expected = matrix @ point + shift
                for weight, control in zip(weights, _grid(10), strict=True):
                    expected = expected + weight * _kernel(point, control)
                self.assertAllClose(came[b, k], expected, atol=1e-5)

    def test_splines_map_points_they_share_as_they_map_each_its_own(self):
        splines, shared = _draw(2, 0), tf.constant(_grid(3))
        self.assertAllClose(
            thin_plate_splines.apply(splines, shared),
            thin_plate_splines.apply(splines, tf.stack([shared, shared])),
        )

    def test_images_show_what_was_where_the_spline_looks(self):
        """On pictures of their own coordinates, inside the picture."""
        picture = _grid(_SIZE).reshape(_SIZE, _SIZE, 2)
        images = tf.constant(np.stack([picture, picture]))
        splines = _draw(2, 0)
        looks = thin_plate_splines.apply(splines, tf.constant(_grid(_SIZE)))
        warped = thin_plate_splines.warp_images(images, splines)
        self.assertAllClose(
            tf.reshape(warped, [2, -1, 2]), np.clip(looks, -1, 1), atol=1e-3
        )
        self.assertNotAllClose(warped[0], warped[1])

    def test_splines_scatter_about_the_identity_as_asked(self):
        grid = _grid(10)
        looks = thin_plate_splines.apply(_draw(1000, 1), tf.constant(grid))
        looks = looks.numpy()
        self.assertAllClose(looks.mean(0), grid, atol=0.03)
        kernel = np.array([[_kernel(a, b) for b in grid] for a in grid])
        # Half of the weights have a deviation of 0.001, half of 0.011.
        weights = (0.001**2 + 0.011**2) / 2
        # The mean of the points is moved by the translation and the kernels.
        variance = 0.1**2 + weights * np.sum(kernel.mean(0) ** 2)
        shift = looks.mean(1).std(0)
        self.assertAllClose(shift, [variance**0.5] * 2, rtol=0.1)

    def test_poses_that_would_leave_the_image_are_left_alone(self):
        middle = tf.random.stateless_uniform([200, 5, 2], [0, 0], -0.3, 0.3)
        corner = tf.fill([200, 5, 2], 0.99)
        poses = tf.concat([middle, corner], axis=0)
        splines = _draw(400, 2)
        looks = thin_plate_splines.apply(splines, poses)
        warped = thin_plate_splines.warp_poses(poses, splines)
        self.assertAllInRange(warped, -1.0, 1.0)
        left_alone = 0
        for pose, look, came in zip(poses, looks, warped, strict=True):
            inside = np.abs(look).max() <= 1
            self.assertAllEqual(came, look if inside else pose)
            left_alone += not inside
        self.assertBetween(left_alone, 50, 250)

    def test_draws_follow_the_key(self):
        for again, other, part in zip(
            _draw(2, 0), _draw(2, 1), _draw(2, 0), strict=True
        ):
            self.assertAllEqual(part, again)
            self.assertNotAllClose(part, other)


if __name__ == "__main__":
    tf.test.main()
