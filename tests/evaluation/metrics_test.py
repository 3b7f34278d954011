import numpy as np
import pytest

from tf_landmarks.evaluation import metrics

# In 101 pixels a distance of 2 in [-1, 1] is 100 pixels: 100 * 100 / 101 %.
SIZE = 101
PERCENT = 50 * 100 / 101  # of a distance of 1

TRUTH = np.array([[[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0]]])
FLIP = (0, 2, 1)
ALL = np.full([1, 3], 2)


def test_error_is_the_distance_and_not_its_square():
    p = TRUTH + np.array([0.3, -0.4])
    error = metrics.percent_of_image(p, TRUTH, ALL, SIZE)
    np.testing.assert_allclose(error, [0.5 * PERCENT])


def test_one_pixel_is_one_pixel_of_the_image():
    one_pixel = np.array([2 / (64 - 1), 0])
    error = metrics.percent_of_image(TRUTH + one_pixel, TRUTH, ALL, 64)
    np.testing.assert_allclose(error, [100 / 64])


def test_error_is_the_mean_over_landmarks():
    p = TRUTH + np.array([[0.1, 0.0], [0.0, 0.2], [0.0, 0.0]])
    error = metrics.percent_of_image(p, TRUTH, ALL, SIZE)
    np.testing.assert_allclose(error, [0.1 * PERCENT])


@pytest.mark.parametrize("hidden", [0.0, 9.0, np.nan])
def test_landmarks_that_are_not_labelled_do_not_count(hidden):
    p = TRUTH + np.array([[0.1, 0.0], [0.0, 0.2], [0.0, 0.0]])
    truth = TRUTH.copy()
    truth[0, 2] = hidden
    visibility = np.array([[2, 1, 0]])
    error = metrics.percent_of_image(p, truth, visibility, SIZE)
    np.testing.assert_allclose(error, [0.15 * PERCENT])


def test_a_frame_without_labels_has_no_error():
    error = metrics.percent_of_image(TRUTH, TRUTH, 0 * ALL, SIZE)
    assert np.isnan(error).tolist() == [True]


def test_the_whole_skeleton_is_exchanged_at_once():
    # Left and right hand are exchanged, and one of them is a bit off.
    p = np.array([[[0.0, 0.0], [-0.5, 0.3], [0.5, 0.0]]])
    errors = _errors(p)
    direct = (np.hypot(1.0, 0.3) + 1.0) / 3
    np.testing.assert_allclose(errors.direct, [direct * PERCENT])
    np.testing.assert_allclose(errors.swapped, [0.3 / 3 * PERCENT])


def test_half_a_flip_is_not_forgiven():
    p = np.array([[[0.0, 0.0], [0.5, 0.0], [0.5, 0.0]]])
    errors = _errors(p)
    np.testing.assert_allclose(errors.direct, [1.0 / 3 * PERCENT])
    np.testing.assert_allclose(errors.swapped, [1.0 / 3 * PERCENT])


def test_mean_pose_answers_every_frame():
    truth = np.concatenate([TRUTH, TRUTH + np.array([0.0, 0.6])])
    errors = _errors(truth, truth, mean_pose=TRUTH[0])
    np.testing.assert_allclose(errors.direct, [0, 0])
    np.testing.assert_allclose(errors.mean_pose, [0, 0.6 * PERCENT])


def test_summary_is_the_mean_over_labelled_frames():
    errors = metrics.FrameErrors(
        direct=np.array([1.0, 4.0, np.nan, 4.0]),
        swapped=np.array([3.0, 2.0, np.nan, 9.0]),
        mean_pose=np.array([5.0, 6.0, np.nan, 10.0]),
    )
    assert metrics.summarize(errors) == pytest.approx(
        {
            "frames": 4,
            "labelled_frames": 3,
            "percent_of_image": 3.0,
            "percent_of_image_with_flips": 7 / 3,
            "mean_pose_percent_of_image": 7.0,
            "correct_flip": 2 / 3,
        }
    )


def test_without_labels_nothing_is_claimed():
    nothing = np.full(2, np.nan)
    summary = metrics.summarize(metrics.FrameErrors(*[nothing] * 3))
    assert (summary.pop("frames"), summary.pop("labelled_frames")) == (2, 0)
    assert set(summary.values()) == {None}


def test_correct_flip_is_unknown_where_nothing_has_a_side():
    errors = _errors(TRUTH + 0.1, flip=(0, 1, 2))
    assert metrics.summarize(errors)["correct_flip"] is None


def _errors(p, truth=TRUTH, mean_pose=TRUTH[0], flip=FLIP):
    visibility = np.full(truth.shape[:2], 2)
    return metrics.frame_errors(p, mean_pose, truth, visibility, SIZE, flip)
