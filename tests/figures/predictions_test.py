import numpy as np
import pytest

from tests import tiny_runs
from tests.figures import cells
from tests.figures import vivid_runs
from tf_landmarks import errors
from tf_landmarks.data import records
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import predictions
from tf_landmarks.figures import requests


def _request(folder, labels="labels", **kwargs):
    data_dir = tiny_runs.make_data(folder / "data", labels)
    workdir = vivid_runs.make_run(folder / "run", data_dir)
    info = records.read_info(data_dir)
    split = frames.Split(data_dir, info, "test")
    return requests.Request((workdir,), **kwargs), split


def test_detections_and_labels_are_side_by_side(tmp_path):
    request, split = _request(tmp_path, count=5, seed=2)
    picture = predictions.draw_skeletons(request).picture
    assert picture.size == cells.size(2, 6)
    shown = split.read(split.draw(5, seed=2))
    for i, frame in enumerate(shown):
        row, column = divmod(2 * i, 6)
        p = vivid_runs.networks().keypoints(frame.x)
        expected = grids.with_pose(frame.x, p, tiny_runs.SKELETON)
        cell = cells.cut(picture, row, column)
        assert abs(cell - expected.astype(int)).mean() < 0.5
        expected = grids.with_pose(
            frame.x,
            frame.truth,
            tiny_runs.SKELETON,
            (frame.visibility > 0) * 1.0,
        )
        cell = cells.cut(picture, row, column + 1)
        np.testing.assert_array_equal(cell, expected)


def test_without_labels_detections_alone_fill_the_rows(tmp_path):
    request, _ = _request(tmp_path, labels=None, count=7)
    picture = predictions.draw_skeletons(request).picture
    assert picture.size == cells.size(2, 6)
    few = request._replace(count=2)
    assert predictions.draw_skeletons(few).picture.size == cells.size(1, 2)


def test_markers_are_green_where_detected_and_blue_where_true(tmp_path):
    request, split = _request(tmp_path, count=8)
    picture = predictions.draw_markers(request).picture
    assert picture.size == cells.size(2, 6)
    for i, frame in enumerate(split.read(split.draw(8, seed=0))):
        cell = cells.cut(picture, *divmod(i, 6))
        p = vivid_runs.networks().keypoints(frame.x)
        for x, y in np.round(grids.in_pixels(p, 32)).astype(int):
            np.testing.assert_array_equal(cell[y, x], predictions.DETECTED)
        blue = (cell == predictions.TRUE).all(axis=-1).sum()
        assert bool(blue) == bool(frame.visibility.any())


def test_markers_without_labels_are_refused(tmp_path):
    request, _ = _request(tmp_path, labels=None)
    with pytest.raises(errors.UserError, match="--figure=11"):
        predictions.draw_markers(request)
