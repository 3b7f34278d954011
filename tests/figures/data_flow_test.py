import numpy as np

from tests import tiny_runs
from tests.figures import cells
from tests.figures import vivid_runs
from tf_landmarks.data import records
from tf_landmarks.figures import data_flow
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests


def _request(folder, labels="labels"):
    data_dir = tiny_runs.make_data(folder / "data", labels)
    workdir = vivid_runs.make_run(folder / "run", data_dir)
    return requests.Request((workdir,), count=8, seed=1)


def _split(request):
    data_dir = painting.find_data(request)
    return frames.Split(data_dir, records.read_info(data_dir), "test")


def test_a_row_is_what_the_networks_make_of_a_frame(tmp_path):
    request = _request(tmp_path)
    picture = data_flow.draw(request).picture
    assert picture.size == cells.size(8, 6)
    split = _split(request)
    chosen = split.draw(8, seed=1)
    x = painting.stack(split.read(chosen)).numpy()
    x_prime = painting.stack(split.read(split.draw_partners(chosen, 1)))
    seen = vivid_runs.networks().repaint(x, x_prime)
    columns = [x / 2 + 0.5, seen["y"], seen["y_star"]]
    columns += [seen["x_hat"] / 2 + 0.5, x_prime / 2 + 0.5]
    for row in range(8):
        for column, images in enumerate(columns):
            cell = cells.shrunk(cells.cut(picture, row, column))
            expected = np.clip(images[row], 0, 1) * np.ones(3)
            np.testing.assert_allclose(cell, expected, atol=0.01)


def test_the_labels_are_drawn_as_a_skeleton_image(tmp_path):
    request = _request(tmp_path)
    picture = data_flow.draw(request).picture
    split = _split(request)
    beta = tiny_runs.architecture_of().beta()
    wholly = 0
    for row, frame in enumerate(split.read(split.draw(8, seed=1))):
        cell = cells.shrunk(cells.cut(picture, row, 5))
        if frame.is_wholly_labelled:
            expected = beta(frame.truth[None])[0] * np.ones(3)
            np.testing.assert_allclose(cell, expected, atol=0.01)
            wholly += 1
        else:
            np.testing.assert_array_equal(cell, 1.0)  # blank
    assert wholly == 4


def _caption(picture, row, column):
    """The line below a cell."""
    top = cells.LINE + row * (cells.SIDE + cells.LINE + cells.GAP) + cells.SIDE
    left = column * (cells.SIDE + cells.GAP)
    box = (left, top, left + cells.SIDE, top + cells.LINE)
    return np.asarray(picture.crop(box))


def test_x_and_x_prime_are_named(tmp_path):
    request = _request(tmp_path)
    picture = data_flow.draw(request).picture
    split = _split(request)
    chosen = split.draw(8, seed=1)
    blank = np.zeros([cells.SIDE, cells.SIDE, 3], np.uint8)
    for column, numbers in ((0, chosen), (4, split.draw_partners(chosen, 1))):
        for row, frame in enumerate(split.read(numbers)):
            named = grids.render([[grids.Cell(blank, frame.name)]])
            np.testing.assert_array_equal(
                _caption(picture, row, column), np.asarray(named)[cells.SIDE :]
            )


def test_without_labels_there_is_no_column_for_them(tmp_path):
    picture = data_flow.draw(_request(tmp_path, labels=None)).picture
    assert picture.size == cells.size(8, 5)
