import numpy as np
import pytest

from tf_landmarks import overlay
from tf_landmarks import skeletons

POINT = skeletons.Skeleton("point", ("tip",), ())
PAIR = skeletons.Skeleton("pair", ("left_end", "right_end"), ((0, 1),))
FOUR = skeletons.Skeleton(
    "four", ("neck", "left_hand", "right_hand", "hip"), ((0, 1), (0, 2), (0, 3))
)


def _drawn(points, skeleton, opacity=1.0, shape=(60, 80), scale=300.0):
    image = np.full((*shape, 3), 128, np.uint8)
    pose = overlay.Pose(
        np.array(points, np.float64), np.full(len(points), opacity), scale
    )
    return overlay.draw(image, pose, skeleton)


def _changed(image):
    return np.abs(image.astype(int) - 128).sum(axis=-1)


@pytest.mark.parametrize("x", [20.0, 20.25, 40.5])
@pytest.mark.parametrize("y", [30.0, 31.5])
def test_a_landmark_is_drawn_where_it_is(x, y):
    weights = _changed(_drawn([[x, y]], POINT))
    rows, columns = np.mgrid[:60, :80]
    centre = [
        (weights * grid).sum() / weights.sum() for grid in (columns, rows)
    ]
    np.testing.assert_allclose(centre, [x, y], atol=0.1)


def test_a_limb_joins_its_landmarks_and_nothing_else():
    # A limb of two sides has the colour of the middle.
    image = _drawn([[10, 30], [70, 30]], PAIR)
    np.testing.assert_array_equal(image[30, 40], overlay.COLOURS["middle"])
    assert not _changed(image)[:20].any()
    assert not _changed(image)[40:].any()


def test_sides_have_their_colours():
    image = _drawn([[40, 10], [10, 50], [70, 50], [40, 50]], FOUR)
    for point, side in (
        ((10, 50), "left"),
        ((70, 50), "right"),
        ((40, 50), "middle"),
        ((25, 30), "left"),
        ((55, 30), "right"),
        ((40, 30), "middle"),
    ):
        colour = image[point[::-1]]
        np.testing.assert_array_equal(colour, overlay.COLOURS[side])


def test_what_is_not_opaque_shows_the_image_below():
    sure = _changed(_drawn([[40, 30]], POINT))
    unsure = _changed(_drawn([[40, 30]], POINT, opacity=0.5))
    np.testing.assert_allclose(unsure[30, 40], sure[30, 40] / 2, atol=3)


def test_a_landmark_of_no_opacity_takes_its_limbs_along():
    image = np.zeros((60, 80, 3), np.uint8)
    pose = overlay.Pose(np.array([[10, 30], [70, 30]]), np.array([1, 0]), 300.0)
    drawn = overlay.draw(image, pose, PAIR).sum(axis=-1)
    assert drawn[30, 10]
    assert not drawn[:, 20:].any()


def test_lines_are_as_wide_as_suits_the_object():
    small, large = (
        (_changed(_drawn([[40, -50], [40, 110]], PAIR, scale=s))[30] > 0).sum()
        for s in (300.0, 900.0)
    )
    assert 2 * small < large < 4 * small


@pytest.mark.parametrize(
    "points", [[[-500, 30], [-400, 30]], [[-500, -9e5], [9e5, 400]]]
)
def test_poses_that_leave_the_image_are_no_error(points):
    assert _drawn(points, PAIR).shape == (60, 80, 3)


def test_the_image_itself_is_left_alone():
    image = np.zeros((60, 80, 3), np.uint8)
    pose = overlay.Pose(np.array([[40, 30]]), np.ones(1), 300.0)
    assert overlay.draw(image, pose, POINT).any()
    assert not image.any()


def test_confidence_never_hides_a_landmark():
    opacity = overlay.opacity_of(np.array([1e-6, 0.25, 1.0]))
    assert 0.3 < opacity[0] < opacity[1] < opacity[2] == 1
