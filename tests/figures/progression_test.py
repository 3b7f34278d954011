import numpy as np
import pytest

from tests import tiny_runs
from tests.figures import cells
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import progression
from tf_landmarks.figures import requests


def _make_run(folder):
    data_dir = tiny_runs.make_data(folder / "data")
    workdir = tiny_runs.make_run(folder / "run", data_dir)
    return workdir, data_dir


def _save(workdir, detector, step):
    networks = {"phi": detector.phi, "eta": detector.eta}
    workdirs.save(
        networks | {"psi": tiny_runs.generator_of_runs()},
        workdirs.checkpoints(workdir, "landmarks"),
        step,
        keep=1000,
    )


def test_each_column_is_by_the_weights_of_its_checkpoint(tmp_path):
    workdir, data_dir = _make_run(tmp_path)
    later = tiny_runs.make_detector(seed=5)
    _save(workdir, later, 20)
    request = requests.Request((workdir,), count=2, seed=4)
    picture = progression.draw(request).picture
    assert picture.size == cells.size(4, 3)
    split = frames.Split(data_dir, records.read_info(data_dir), "test")
    shown = split.read(split.draw(2, seed=4))
    columns = (tiny_runs.detector_of_runs(), later)
    for i, frame in enumerate(shown):
        np.testing.assert_array_equal(
            cells.cut(picture, 2 * i, 0), grids.enlarged_frame(frame.x)
        )
        for column, detector in enumerate(columns, start=1):
            p = detector(frame.x[None]).keypoints[0].numpy()
            expected = grids.with_pose(frame.x, p, tiny_runs.SKELETON)
            cell = cells.cut(picture, 2 * i, column)
            assert abs(cell - expected.astype(int)).mean() < 0.5
            cells.shrunk(cells.cut(picture, 2 * i + 1, column))  # x_hat


def test_few_checkpoints_are_all_shown():
    assert progression.choose([100, 200, 300]) == [100, 200, 300]


def test_of_many_checkpoints_the_early_ones_are_nearer_to_each_other():
    chosen = progression.choose(range(100, 3001, 100))
    assert chosen == [100, 200, 300, 400, 700, 1100, 1800, 3000]


def test_one_checkpoint_is_refused(tmp_path):
    workdir, _ = _make_run(tmp_path)
    with pytest.raises(errors.UserError, match="holds 1; train with"):
        progression.draw(requests.Request((workdir,)))


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(errors.UserError, match="there is no run"):
        progression.draw(requests.Request((str(tmp_path),)))
