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


def _faces():
    """Four faces of a nose and two eyes, and what is detected of them.

    The eyes are 1, 0.5, 1 and 0 apart; all that is detected lies 0.1 beside
    it. Of the third face an eye is not visible.
    """
    truth = np.array(
        [
            [[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0]],
            [[0.0, 0.0], [0.15, 0.2], [-0.15, -0.2]],
            [[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0]],
            [[0.0, 0.0], [0.3, 0.3], [0.3, 0.3]],
        ]
    )
    visibility = np.full([4, 3], 2)
    visibility[2, 1] = 0
    return truth + np.array([0.06, 0.08]), truth, visibility


def test_outer_eye_distance_is_that_of_each_frame():
    _, truth, visibility = _faces()
    distance = metrics.outer_eye_distance(truth, visibility, SIZE, (1, 2))
    np.testing.assert_allclose(
        distance, [PERCENT, 0.5 * PERCENT, np.nan, np.nan]
    )


@pytest.mark.parametrize("hidden", [1, 2])
@pytest.mark.parametrize("value", [0.0, 9.0, np.nan])
def test_a_hidden_corner_gives_no_distance(hidden, value):
    truth, visibility = TRUTH.copy(), ALL.copy()
    truth[0, hidden], visibility[0, hidden] = value, 0
    distance = metrics.outer_eye_distance(truth, visibility, SIZE, (1, 2))
    assert np.isnan(distance).tolist() == [True]


def test_error_by_the_eyes_is_the_mean_over_frames_that_have_them():
    p, truth, visibility = _faces()
    errors = metrics.frame_errors(
        p, TRUTH[0], truth, visibility, SIZE, FLIP, outer_eye_corners=(1, 2)
    )
    summary = metrics.summarize(errors)
    # 0.1 / 1 and 0.1 / 0.5. The mean pose's eyes lie |(0.35, -0.2)| beside.
    expected = (10 + 20) / 2
    beside = np.hypot(0.35, 0.2)
    mean_pose = (0 + 100 * (2 * beside / 3) / 0.5) / 2
    assert summary["percent_of_outer_eye_distance"] == pytest.approx(expected)
    assert summary["mean_pose_percent_of_outer_eye_distance"] == (
        pytest.approx(mean_pose)
    )
    assert summary["outer_eye_frames"] == 2
    assert (summary["labelled_frames"], summary["frames"]) == (4, 4)
    assert summary["percent_of_image"] == pytest.approx(0.1 * PERCENT)


def test_landmarks_that_are_not_visible_do_not_count_by_the_eyes_either():
    p = TRUTH + np.array([[9.0, 0.0], [0.0, 0.2], [0.0, 0.0]])
    errors = metrics.frame_errors(
        p, TRUTH[0], TRUTH, np.array([[0, 2, 2]]), SIZE, FLIP, (1, 2)
    )
    summary = metrics.summarize(errors)
    assert summary["percent_of_outer_eye_distance"] == pytest.approx(10)


def test_image_size_makes_no_difference_by_the_eyes():
    p, truth, visibility = _faces()
    by_eyes = [
        metrics.summarize(
            metrics.frame_errors(
                p, TRUTH[0], truth, visibility, size, FLIP, (1, 2)
            )
        )["percent_of_outer_eye_distance"]
        for size in (32, 128)
    ]
    assert by_eyes[0] == pytest.approx(by_eyes[1])


def test_summary_is_the_mean_over_labelled_frames():
    errors = metrics.FrameErrors(
        direct=np.array([1.0, 4.0, np.nan, 4.0]),
        swapped=np.array([3.0, 2.0, np.nan, 9.0]),
        mean_pose=np.array([5.0, 6.0, np.nan, 10.0]),
        outer_eye_distance=np.array([50.0, 40.0, np.nan, np.nan]),
    )
    assert metrics.summarize(errors) == pytest.approx(
        {
            "frames": 4,
            "labelled_frames": 3,
            "percent_of_image": 3.0,
            "percent_of_image_with_flips": 7 / 3,
            "mean_pose_percent_of_image": 7.0,
            "correct_flip": 2 / 3,
            "percent_of_outer_eye_distance": (2 + 10) / 2,
            "mean_pose_percent_of_outer_eye_distance": (10 + 15) / 2,
            "outer_eye_frames": 2,
        }
    )


def test_without_labels_nothing_is_claimed():
    nothing = np.full(2, np.nan)
    summary = metrics.summarize(metrics.FrameErrors(*[nothing] * 4))
    counts = ("frames", "labelled_frames", "outer_eye_frames")
    assert [summary.pop(name) for name in counts] == [2, 0, 0]
    assert set(summary.values()) == {None}


def test_correct_flip_is_unknown_where_nothing_has_a_side():
    errors = _errors(TRUTH + 0.1, flip=(0, 1, 2))
    assert metrics.summarize(errors)["correct_flip"] is None


def test_bodies_are_not_measured_by_their_eyes():
    summary = metrics.summarize(_errors(TRUTH + 0.1))
    assert summary["percent_of_outer_eye_distance"] is None
    assert summary["mean_pose_percent_of_outer_eye_distance"] is None
    assert (summary["outer_eye_frames"], summary["labelled_frames"]) == (0, 1)


def _errors(p, truth=TRUTH, mean_pose=TRUTH[0], flip=FLIP):
    visibility = np.full(truth.shape[:2], 2)
    return metrics.frame_errors(p, mean_pose, truth, visibility, SIZE, flip)
