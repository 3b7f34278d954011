import numpy as np
import pytest

from tf_landmarks.data import virtual_cameras

_STILL = {
    "yaw": (0, 0),
    "pitch": (0, 0),
    "roll": (0, 0),
    "distance": (1e9, 1e9),
    "size": (0.5, 0.5),
    "centre_x": (0.5, 0.5),
    "centre_y": (0.5, 0.5),
}
# A cross, 4 wide and 2 high, with a point in front of its middle (z < 0).
_CROSS = np.array(
    [[[1, 5, 9], [5, 5, 9], [3, 4, 9], [3, 6, 9], [3, 5, 7], [3, 5, 11]]],
    np.float64,
)
_LEFT, _RIGHT, _UP, _DOWN, _FRONT, _BACK = range(6)


def _view(**ranges):
    rng = np.random.default_rng(0)
    limits = {**_STILL, **{k: (v, v) for k, v in ranges.items()}}
    ranges = virtual_cameras.Ranges(**limits)
    (view,) = virtual_cameras.random_views(_CROSS, 1, rng, ranges)
    return 2.0 * view - 1.0  # the middle of the crop is 0


def test_size_and_place_are_shares_of_the_crop():
    # Half the crop wide: from 0.2 to 0.7 across, 0.4 down.
    view = (_view(centre_x=0.45, centre_y=0.4) + 1.0) / 2.0
    np.testing.assert_allclose(
        view[[_LEFT, _RIGHT]], [[0.2, 0.4], [0.7, 0.4]], atol=1e-6
    )
    np.testing.assert_allclose(view[_DOWN] - view[_UP], [0, 0.25], atol=1e-6)


def test_poses_are_from_pixel_centre_to_pixel_centre():
    # Of 5 pixels, the first centre is at 10% of the crop and the last at 90%.
    views = np.array([[[0.1, 0.9], [0.5, 0.1]]])
    poses = virtual_cameras.prior(views, image_size=5)
    np.testing.assert_allclose(poses.keypoints, [[[-1, 1], [0, -1]]], atol=1e-9)


@pytest.mark.parametrize(
    "turn, moves",
    [
        ({"yaw": 90}, [-1, 0]),
        ({"yaw": -90}, [1, 0]),
        ({"pitch": 90}, [0, 1]),
        ({"pitch": -90}, [0, -1]),
    ],
)
def test_turns_move_the_front(turn, moves):
    view = _view(**turn)
    np.testing.assert_allclose(view[_FRONT], np.multiply(moves, 0.5), atol=1e-6)


def test_roll_turns_the_picture_clockwise():
    np.testing.assert_allclose(_view(roll=90)[_RIGHT], [0, 0.5], atol=1e-6)


def test_what_is_near_looks_larger():
    # Sizes count from the width, 4: the front is half a size nearer.
    points = _CROSS.copy()
    points[0, _LEFT, 2] = 7
    points[0, _RIGHT, 2] = 11
    ranges = virtual_cameras.Ranges(**{**_STILL, "distance": (2.0, 2.0)})
    (view,) = virtual_cameras.random_views(
        points, 1, np.random.default_rng(0), ranges
    )
    view = 2.0 * view - 1.0
    np.testing.assert_allclose(view[_LEFT], [-0.5 / (1 - 0.25), 0], atol=1e-6)
    np.testing.assert_allclose(view[_RIGHT], [0.5 / (1 + 0.25), 0], atol=1e-6)


def test_views_are_drawn_from_all_objects_and_follow_the_seed():
    points = np.random.default_rng(1).normal(size=(3, 4, 3))

    def draw(seed):
        rng = np.random.default_rng(seed)
        return virtual_cameras.random_views(points, 50, rng)

    assert draw(0).shape == (50, 4, 2)
    np.testing.assert_array_equal(draw(0), draw(0))
    assert not np.array_equal(draw(0), draw(1))
    still = virtual_cameras.random_views(
        points,
        50,
        np.random.default_rng(0),
        virtual_cameras.Ranges(**_STILL),
    )
    assert len(np.unique(still.round(5), axis=0)) == 3


@pytest.mark.parametrize(
    "points, distance, message",
    [
        (np.ones([1, 5, 3]), 3.0, "a single point"),
        (_CROSS, 0.5, "up to the camera"),  # the front is half a size nearer
    ],
)
def test_what_no_camera_can_see_is_refused(points, distance, message):
    limits = {**_STILL, "distance": (distance, distance)}
    with pytest.raises(ValueError, match=message):
        virtual_cameras.random_views(
            points,
            1,
            np.random.default_rng(0),
            virtual_cameras.Ranges(**limits),
        )
