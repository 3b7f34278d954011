import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from tf_landmarks.models import heatmaps


def _separable(logits):
    return heatmaps.marginals(tf.constant(logits, tf.float32))


def _joint(logits):
    return heatmaps.joint_marginals(tf.constant(logits, tf.float32))


class HeatmapsTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.parameters(_separable, _joint)
    def test_a_sharp_heatmap_gives_the_coordinate_of_its_cell(self, marginals):
        for row, column in ((0, 0), (0, 7), (5, 2), (7, 7)):
            logits = np.zeros([1, 8, 8, 1])
            logits[0, row, column] = 1000.0
            p = heatmaps.keypoints(*marginals(logits))
            expected = [column * 2 / 7 - 1, row * 2 / 7 - 1]
            self.assertAllClose(p[0, 0], expected, atol=1e-5)

    @parameterized.parameters(_separable, _joint)
    def test_a_flat_heatmap_gives_the_middle_and_no_confidence(self, marginals):
        columns, rows = marginals(np.ones([2, 4, 4, 3]))
        self.assertAllClose(
            heatmaps.keypoints(columns, rows), np.zeros([2, 3, 2]), atol=1e-6
        )
        self.assertAllClose(
            heatmaps.confidence(columns, rows), np.full([2, 3], 1 / 16)
        )

    @parameterized.parameters(_separable, _joint)
    def test_a_sharp_heatmap_has_a_confidence_of_one(self, marginals):
        logits = np.zeros([1, 4, 4, 1])
        logits[0, 1, 2] = 1000.0
        self.assertAllClose(heatmaps.confidence(*marginals(logits)), [[1.0]])

    def test_separable_averages_logits_before_the_softmax(self):
        # Column means 0 and log 3 -> 1/4, 3/4; row means are equal.
        logits = np.log([[[[1.0], [9.0]], [[1.0], [1.0]]]]).reshape(1, 2, 2, 1)
        columns, rows = _separable(logits)
        self.assertAllClose(columns[0, :, 0], [0.25, 0.75])
        self.assertAllClose(rows[0, :, 0], [0.75, 0.25])
        p = heatmaps.keypoints(columns, rows)
        self.assertAllClose(p[0, 0], [0.5, -0.5])
        self.assertAllClose(heatmaps.confidence(columns, rows), [[0.5625]])

    def test_joint_sums_probabilities_after_the_softmax(self):
        # The same map: probabilities 1, 9, 1, 1 of 12.
        logits = np.log([1.0, 9.0, 1.0, 1.0]).reshape(1, 2, 2, 1)
        columns, rows = _joint(logits)
        self.assertAllClose(columns[0, :, 0], [2 / 12, 10 / 12])
        self.assertAllClose(rows[0, :, 0], [10 / 12, 2 / 12])
        p = heatmaps.keypoints(columns, rows)
        self.assertAllClose(p[0, 0], [8 / 12, -8 / 12])

    @parameterized.parameters(_separable, _joint)
    def test_any_heatmap_keeps_its_ranges(self, marginals):
        logits = np.random.default_rng(0).normal(0, 9, [4, 6, 6, 5])
        columns, rows = marginals(logits)
        self.assertAllClose(tf.reduce_sum(columns, 1), tf.ones([4, 5]))
        self.assertAllClose(tf.reduce_sum(rows, 1), tf.ones([4, 5]))
        self.assertAllInRange(heatmaps.keypoints(columns, rows), -1.0, 1.0)
        confidence = heatmaps.confidence(columns, rows)
        self.assertAllInRange(confidence, 1 / 36, 1.0)

    @parameterized.parameters(heatmaps.marginals, heatmaps.joint_marginals)
    def test_bfloat16_heatmaps_are_read_in_float32(self, marginals):
        columns, rows = marginals(tf.ones([1, 4, 4, 1], tf.bfloat16))
        self.assertEqual(columns.dtype, tf.float32)
        self.assertEqual(rows.dtype, tf.float32)


if __name__ == "__main__":
    tf.test.main()
