import numpy as np
import pytest

from tf_landmarks.data import distributions


def test_placement_of_poses_is_in_percent_between_pixel_edges():
    # In a picture of 5 pixels, from the centre of the first to that of the
    # last is from 10% to 90%.
    poses = np.array([[[-1, -1], [1, 0]], [[-1, -1], [1, 1]]], float)
    placement = distributions.of_poses(poses, image_size=5)
    np.testing.assert_allclose(placement.mean, [50, 40, 80, 60])
    np.testing.assert_allclose(placement.std, [0, 10, 0, 20])


def test_landmarks_that_are_not_labelled_do_not_count():
    poses = np.array([[[-1, -1], [1, 0], [np.nan, np.nan]]])
    placement = distributions.of_poses(poses, image_size=5)
    np.testing.assert_allclose(placement.mean, [50, 30, 80, 40])


def test_poses_may_come_one_by_one():
    poses = np.random.default_rng(0).uniform(-1, 1, (50, 3, 2))
    poses[::7, 1] = np.nan
    running = distributions.Poses(image_size=5)
    assert running.placement() is None
    for pose in poses:
        running.add(pose)
        running.add(np.full([3, 2], np.nan))  # nothing is labelled
    np.testing.assert_allclose(
        running.placement(), distributions.of_poses(poses, image_size=5)
    )


def _motion(*clips):
    motion = distributions.Motion(20)
    for clip in clips:
        motion.start_clip()
        for frame in clip:
            motion.add(frame)
        motion.end_clip()
    return motion.placement()


def test_what_moves_is_found():
    still = np.random.default_rng(0).uniform(0, 255, (20, 20))
    frames = np.repeat(still[np.newaxis], 6, axis=0)
    frames[::2, 4:12, 10:14] = 0  # rows 20% to 60%, columns 50% to 70%
    placement = _motion(frames)
    np.testing.assert_allclose(placement.mean, [60, 40, 20, 40], atol=4)


def test_clips_count_alike_and_still_ones_do_not_count():
    frames = np.zeros([6, 20, 20])
    frames[::2, 4:12, 2:6] = 200
    placement = _motion(
        frames, np.roll(frames, 10, axis=2)[:2], np.ones([4, 20, 20])
    )
    np.testing.assert_allclose(placement.mean[:2], [45, 40], atol=1e-6)
    np.testing.assert_allclose(placement.std[:2], [25, 0], atol=1e-6)


def test_nothing_moves():
    assert _motion(np.ones([4, 20, 20])) is None


def _placed(*mean):
    return distributions.Placement(np.array(mean, float), np.zeros(4))


@pytest.mark.parametrize(
    "prior, expected",
    [
        ((50, 50, 60, 60), None),
        ((59, 42, 70, 60), None),
        ((62, 50, 60, 60), "centred 12% of the image away from"),
        ((50, 35, 60, 60), "centred 15% of the image away from"),
        ((50, 50, 90, 80), "1.4 times as large as"),
        ((50, 50, 30, 40), "0.6 times as large as"),
    ],
)
def test_a_prior_elsewhere_is_warned_of(prior, expected):
    crops = _placed(50, 50, 60, 60)
    sentence = distributions.warning(_placed(*prior), "what moves", crops)
    if expected is None:
        assert sentence is None
    else:
        assert expected in sentence


def test_table_shows_mean_and_deviation():
    text = distributions.table({"prior": _placed(50, 51, 60, 61)})
    assert "50 ± 0" in text and "61 ± 0" in text and "prior" in text
