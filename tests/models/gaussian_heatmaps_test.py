import numpy as np
import tensorflow as tf

from tf_landmarks.models import gaussian_heatmaps

_SIDE = 8  # of images of 32 pixels


def _pixels(*centres):
    """Keypoints [1, K, 2] in [-1, 1] at pixels of 32."""
    return tf.constant([centres], tf.float32) / 31 * 2 - 1


class DrawTest(tf.test.TestCase):
    def test_it_is_the_gaussian_of_one_cell_about_each_landmark(self):
        rng = np.random.default_rng(0)
        p = rng.uniform(-1.1, 1.1, [2, 3, 2]).astype(np.float32)
        expected = np.zeros([2, _SIDE, _SIDE, 3])
        for b, row, column, k in np.ndindex(expected.shape):
            # Middles of cells and landmarks, in pixels; a cell has four.
            x, y = (p[b, k] + 1) / 2 * 31
            d2 = (4 * column + 1.5 - x) ** 2 + (4 * row + 1.5 - y) ** 2
            expected[b, row, column, k] = np.exp(-d2 / (2 * 4.0**2))
        heatmaps = gaussian_heatmaps.draw(tf.constant(p), _SIDE)
        self.assertAllClose(heatmaps, expected, atol=1e-5)

    def test_the_peak_is_1_at_a_cells_middle(self):
        heatmaps = gaussian_heatmaps.draw(_pixels((9.5, 5.5)), _SIDE)
        self.assertAllClose(heatmaps[0, 1, 2, 0], 1.0, atol=1e-5)


class ReadTest(tf.test.TestCase):
    def _read(self, cells):
        heatmaps = np.zeros([1, _SIDE, _SIDE, 1], np.float32)
        for (row, column), height in cells.items():
            heatmaps[0, row, column, 0] = height
        p, height = gaussian_heatmaps.read(tf.constant(heatmaps))
        return (p[0, 0] + 1) / 2 * 31, height[0, 0]

    def test_the_highest_cell_moves_a_quarter_to_its_higher_neighbours(self):
        peak = {(3, 5): 0.9, (3, 6): 0.2, (3, 4): 0.1, (2, 5): 0.3}
        pixels, height = self._read(peak)
        # Right, and up: a quarter of a cell is a pixel.
        self.assertAllClose(pixels, [4 * 5 + 1.5 + 1, 4 * 3 + 1.5 - 1])
        self.assertAllClose(height, 0.9)

    def test_between_neighbours_alike_it_stays(self):
        pixels, _ = self._read({(3, 5): 0.9, (3, 6): 0.2, (3, 4): 0.2})
        self.assertAllClose(pixels, [4 * 5 + 1.5, 4 * 3 + 1.5])

    def test_at_the_border_it_stays(self):
        pixels, _ = self._read({(0, 5): 0.9, (0, 6): 0.2, (1, 5): 0.3})
        self.assertAllClose(pixels, [4 * 5 + 1.5, 1.5])
        pixels, _ = self._read({(7, 7): 0.9, (7, 6): 0.2})
        self.assertAllClose(pixels, [4 * 7 + 1.5, 4 * 7 + 1.5])

    def test_heights_are_a_confidence(self):
        _, height = self._read({(3, 3): 1.7})
        self.assertAllClose(height, 1.0)
        heatmaps = tf.fill([1, _SIDE, _SIDE, 1], -0.5)
        self.assertAllEqual(gaussian_heatmaps.read(heatmaps)[1], [[0.0]])

    def test_it_reads_what_was_drawn_to_a_quarter_of_a_cell(self):
        rng = np.random.default_rng(1)
        p = tf.constant(rng.uniform(-0.7, 0.7, [5, 4, 2]).astype(np.float32))
        read, _ = gaussian_heatmaps.read(gaussian_heatmaps.draw(p, _SIDE))
        self.assertAllInRange((read - p) * 31 / 2, -1.001, 1.001)


if __name__ == "__main__":
    tf.test.main()
