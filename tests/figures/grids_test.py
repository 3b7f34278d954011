import numpy as np
import pytest

from tests.figures import cells
from tf_landmarks import overlay
from tf_landmarks import skeletons
from tf_landmarks.figures import grids

_EYES = skeletons.Skeleton("two", ("left_eye", "right_eye"), ())


def _grey(level):
    return np.full((192, 192, 3), level, np.uint8)


@pytest.mark.parametrize(
    ("size", "times"), [(32, 6), (64, 3), (128, 2), (192, 1), (256, 1)]
)
def test_a_cell_is_a_whole_multiple_of_its_image(size, times):
    image = np.random.default_rng(0).uniform(size=(size, size, 3))
    cell = grids.enlarged(image)
    assert cell.shape == (size * times, size * times, 3)
    np.testing.assert_allclose(cell[::times, ::times] / 255, image, atol=0.002)
    assert (cell[:times, :times] == cell[0, 0]).all()


def test_what_is_out_of_range_is_clipped():
    image = np.full((32, 32, 3), [-0.5, 0.5, 1.5])
    np.testing.assert_array_equal(grids.enlarged(image)[0, 0], [0, 128, 255])
    np.testing.assert_array_equal(
        grids.enlarged_frame(np.full((32, 32, 3), [-2.0, 0.0, 2.0]))[0, 0],
        [0, 128, 255],
    )


def test_a_grid_has_titles_above_and_captions_below():
    rows = [
        [grids.Cell(_grey(50), "first"), grids.Cell(_grey(60))],
        [grids.Cell(None), grids.Cell(_grey(80), "last")],
    ]
    picture = grids.render(rows, ["one\nline more"])
    assert picture.size == cells.size(2, 2, head=2)
    for row, column, level in ((0, 0, 50), (0, 1, 60), (1, 0, 255), (1, 1, 80)):
        cell = cells.cut(picture, row, column, head=2)
        np.testing.assert_array_equal(cell, level)
    sheet = np.asarray(picture)
    for top in (0, cells.LINE, 2 * cells.LINE + cells.SIDE):
        assert (sheet[top : top + cells.LINE, : cells.SIDE] < 100).any()
    assert (sheet[: 2 * cells.LINE, cells.SIDE :] == 255).all()


def test_without_titles_and_captions_there_is_no_room_for_them():
    picture = grids.render([[grids.Cell(_grey(1))] * 3])
    assert picture.size == cells.size(1, 3, head=0, below=0)


def test_a_long_title_stays_over_its_column():
    rows = [[grids.Cell(_grey(0)), grids.Cell(_grey(0))]]
    picture = np.asarray(grids.render(rows, ["long " * 20]))
    assert (picture[: cells.LINE, cells.SIDE :] == 255).all()
    assert (picture[: cells.LINE, cells.SIDE - 40 : cells.SIDE] < 100).any()


def test_landmarks_are_drawn_on_the_pixels_that_they_are_in():
    p = np.array([[-1.0, -1.0], [1.0, 1.0]])
    cell = grids.with_pose(np.full((32, 32, 3), -1.0), p, _EYES)
    # A pixel of 32 is 6 of the cell's: its centre is 3 from the edge.
    np.testing.assert_array_equal(cell[3, 3], overlay.COLOURS["left"])
    np.testing.assert_array_equal(cell[-3, -3], overlay.COLOURS["right"])
    assert not cell[20:-20].any()


def test_an_unseen_landmark_is_not_drawn():
    p = np.array([[-1.0, -1.0], [1.0, 1.0]])
    opacity = np.array([0.0, 1.0])
    cell = grids.with_pose(np.full((32, 32, 3), -1.0), p, _EYES, opacity)
    assert not cell[:-20].any()
