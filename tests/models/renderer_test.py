import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from tf_landmarks.models import precision
from tf_landmarks.models import renderer


def _slow_limbs(p, edges, size, gamma, squared):
    """Eq. 1, one pixel after another."""
    image = np.zeros([size, size])
    for row in range(size):
        for column in range(size):
            u = np.array([column, row]) * 2 / (size - 1) - 1
            nearest = np.inf
            for i, j in edges:
                limb = p[j] - p[i]
                length2 = limb @ limb
                r = (u - p[i]) @ limb / length2 if length2 else 0
                r = min(max(r, 0), 1)
                nearest = min(nearest, np.sum((u - p[i] - r * limb) ** 2))
            d = nearest if squared else np.sqrt(nearest + 1e-6)
            image[row, column] = np.exp(-gamma * d)
    return image


def _slow_points(p, size, gamma, summed):
    """Eq. 2, one pixel after another."""
    image = np.zeros([size, size])
    for row in range(size):
        for column in range(size):
            u = np.array([column, row]) * 2 / (size - 1) - 1
            blobs = [np.exp(-gamma * np.sum((u - point) ** 2)) for point in p]
            image[row, column] = sum(blobs) if summed else max(blobs)
    return image


class RendererTest(tf.test.TestCase, parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.p = np.random.default_rng(1).uniform(-1.1, 1.1, [2, 4, 2])
        self.edges = ((0, 1), (1, 2), (3, 1))

    @parameterized.named_parameters(("released", False), ("literal", True))
    def test_limbs_are_eq_1(self, literal):
        beta = renderer.Renderer(self.edges, 12, literal=literal)
        y = beta(tf.constant(self.p, tf.float32))
        self.assertEqual(y.shape, [2, 12, 12, 1])
        for image, p in zip(y, self.p, strict=True):
            slow = _slow_limbs(p, self.edges, 12, 25.0, literal)
            self.assertAllClose(image[..., 0], slow, atol=1e-5)

    @parameterized.named_parameters(
        ("released", False, 2500.0), ("literal", True, 1250.0)
    )
    def test_points_are_eq_2(self, literal, gamma):
        p = self.p / 8  # so that blobs meet
        beta = renderer.Renderer((), 12, points=True, literal=literal)
        y = beta(tf.constant(p, tf.float32))
        for image, points in zip(y, p, strict=True):
            slow = _slow_points(points, 12, gamma, literal)
            self.assertAllClose(image[..., 0], slow, atol=1e-5)

    @parameterized.named_parameters(("limbs", False), ("points", True))
    def test_gamma_can_be_chosen(self, points):
        beta = renderer.Renderer(self.edges, 8, points=points, gamma=3.0)
        y = beta(tf.constant(self.p[:1], tf.float32))[0, ..., 0]
        slow = (
            _slow_points(self.p[0], 8, 3.0, False)
            if points
            else _slow_limbs(self.p[0], self.edges, 8, 3.0, False)
        )
        self.assertAllClose(y, slow, atol=1e-5)

    def test_released_limbs_are_half_as_bright_1_8_pixels_away(self):
        beta = renderer.Renderer(((0, 1),), 128)
        row = 64
        v = row * 2 / 127 - 1
        y = beta(tf.constant([[[-1.0, v], [1.0, v]]]))[0, :, 64, 0]
        self.assertAllClose(y[row], np.exp(-0.025))
        self.assertGreater(y[row + 1], 0.5)
        self.assertLess(y[row + 2], 0.5)

    def test_a_limb_is_brightest_on_its_pixels(self):
        y = renderer.render_limbs(
            tf.constant([[[-0.5, 0.0], [0.5, 0.0]]]), [(0, 1)], 9, squared=True
        )[0, ..., 0]
        self.assertAllClose(y[4, 2:7], tf.ones(5))
        self.assertAllLess(y[4, :2], 0.99)
        self.assertAllLess(y[3], 0.99)

    @parameterized.parameters(
        (-1.0, -1.0, 0, 0), (1.0, -1.0, 0, 9), (-1 / 9, 5 / 9, 7, 4)
    )
    def test_a_point_peaks_at_the_pixel_where_it_is(self, x, y, row, column):
        p = tf.constant([[[x, y]]])
        images = {
            "points": renderer.render_points(p, 10),
            "limb of no length": renderer.render_limbs(p, [(0, 0)], 10),
        }
        for name, image in images.items():
            with self.subTest(name):
                peak = tf.argmax(tf.reshape(image, [-1]))
                self.assertAllEqual(peak, row * 10 + column)
                self.assertAllGreater(image[0, row, column], 0.97)

    def test_a_point_outside_is_drawn_nowhere(self):
        y = renderer.render_points(tf.constant([[[2.0, 0.0]]]), 16)
        self.assertAllLess(y, 1e-6)

    @parameterized.product(literal=[False, True], points=[False, True])
    def test_gradient_is_finite_where_geometry_degenerates(
        self, literal, points
    ):
        """Limbs of no length, and points exactly on a pixel's centre."""
        beta = renderer.Renderer(
            ((0, 1), (1, 2)), 9, points=points, literal=literal
        )
        p = tf.Variable([[[0.0, 0.0], [0.0, 0.0], [0.5, 0.0]]])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(beta(p) ** 2)
        self.assertAllInRange(tape.gradient(loss, p), -1e4, 1e4)

    def test_gradient_pulls_a_limb_towards_a_target(self):
        target = renderer.render_limbs(
            tf.constant([[[-0.5, 0.2], [0.5, 0.2]]]), [(0, 1)], 16
        )
        p = tf.Variable([[[-0.5, 0.0], [0.5, 0.0]]])
        with tf.GradientTape() as tape:
            y = renderer.render_limbs(p, [(0, 1)], 16)
            loss = tf.reduce_mean((y - target) ** 2)
        self.assertAllLess(tape.gradient(loss, p)[..., 1], 0)

    def test_there_are_no_variables(self):
        beta = renderer.Renderer(self.edges, 8)
        beta(tf.constant(self.p, tf.float32))
        self.assertEmpty(beta.variables)

    def test_float32_under_mixed_precision(self):
        with precision.policy("mixed_bfloat16"):
            beta = renderer.Renderer(self.edges, 8)
            y = beta(tf.constant(self.p, tf.float32))
        self.assertEqual(y.dtype, tf.float32)

    def test_limbs_need_edges(self):
        with self.assertRaisesRegex(ValueError, "without edges"):
            renderer.Renderer((), 8)


class SidedRendererTest(tf.test.TestCase):
    def test_each_side_is_drawn_in_its_channel(self):
        p = tf.constant([[[-0.5, 0.0], [0.5, 0.3], [0.1, -0.6]]])
        sides = (((0, 1),), ((0, 1), (1, 2)))
        y = renderer.SidedRenderer(sides, 12, gamma=9.0)(p)
        self.assertEqual(y.shape, [1, 12, 12, 2])
        for channel, edges in enumerate(sides):
            alone = renderer.Renderer(edges, 12, gamma=9.0)(p)
            self.assertAllEqual(y[..., channel], alone[..., 0])

    def test_pictures_tell_the_sides_apart(self):
        of_one = renderer.in_colour(tf.constant([[[0.5]]]))
        self.assertAllEqual(of_one, [[[0.5, 0.5, 0.5]]])
        left, right, both = [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]
        pixels = tf.constant([[left, right, both]])
        self.assertAllEqual(
            renderer.in_colour(pixels), [[[0, 0, 1], [1, 0, 0], [1, 1, 1]]]
        )


if __name__ == "__main__":
    tf.test.main()
