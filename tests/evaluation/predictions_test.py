import numpy as np
import tensorflow as tf

from tests import tiny_runs
from tf_landmarks.evaluation import predictions


def _batches():
    """Two frames, then one."""
    rng = np.random.default_rng(0)
    for numbers in ([0, 1], [5]):
        count = len(numbers)
        x = rng.uniform(-1, 1, (count, 32, 32, 3))
        yield {
            "x": tf.constant(x, tf.float32),
            "p": tf.fill([count, 3, 2], float(numbers[0])),
            "visibility": tf.ones([count, 3], tf.int32),
            "box": tf.fill([count, 4], 9.0),
            "clip_id": tf.constant(["S9/a"] * count),
            "frame_number": tf.constant(numbers, tf.int64),
        }


def test_batches_become_arrays_in_their_order():
    detector = tiny_runs.detector_of_runs()
    seen = predictions.detect(detector, None, _batches())
    expected = [detector(batch["x"]).keypoints for batch in _batches()]
    np.testing.assert_allclose(seen.p, np.concatenate(expected), atol=1e-5)
    np.testing.assert_array_equal(seen.truth[:, 0, 0], [0, 0, 5])
    assert seen.visibility.shape == (3, 3)
    assert seen.boxes.shape == (3, 4)
    assert seen.paths == ["S9/a/0", "S9/a/1", "S9/a/5"]
    assert seen.q is None
    assert (seen.skeleton, seen.image_size) == (tiny_runs.SKELETON, 32)


def test_what_was_detected_is_read_again():
    detector = tiny_runs.detector_of_runs()
    seen = predictions.detect(detector, lambda p: 2 * p, _batches())
    np.testing.assert_allclose(seen.q, 2 * seen.p)
