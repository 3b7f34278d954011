import numpy as np
import pytest

from tests import tiny_runs
from tests.figures import cells
from tests.figures import vivid_runs
from tf_landmarks import errors
from tf_landmarks.data import records
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import progression
from tf_landmarks.figures import requests


def _make_run(folder, seeds):
    data_dir = tiny_runs.make_data(folder / "data")
    return vivid_runs.make_run(folder / "run", data_dir, seeds), data_dir


def test_each_column_is_by_the_weights_of_its_checkpoint(tmp_path):
    seeds = 0, 5
    workdir, data_dir = _make_run(tmp_path, seeds)
    request = requests.Request((workdir,), count=2, seed=4)
    picture = progression.draw(request).picture
    assert picture.size == cells.size(4, 3)
    split = frames.Split(data_dir, records.read_info(data_dir), "test")
    chosen = split.draw(2, seed=4)
    pairs = zip(
        split.read(chosen),
        split.read(split.draw_partners(chosen, seed=4)),
        strict=True,
    )
    for i, pair in enumerate(pairs):
        for j, frame in enumerate(pair):
            cell = cells.cut(picture, 2 * i + j, 0)
            np.testing.assert_array_equal(cell, grids.enlarged_frame(frame.x))
        x, x_prime = (frame.x for frame in pair)
        for column, seed in enumerate(seeds, start=1):
            networks = vivid_runs.networks(seed)
            p = networks.keypoints(x)
            expected = grids.with_pose(x, p, tiny_runs.SKELETON)
            cell = cells.cut(picture, 2 * i, column)
            assert abs(cell - expected.astype(int)).mean() < 0.5
            x_hat = networks.repaint(x[None], x_prime[None])["x_hat"][0]
            cell = cells.shrunk(cells.cut(picture, 2 * i + 1, column))
            expected = np.clip(x_hat / 2 + 0.5, 0, 1)
            np.testing.assert_allclose(cell, expected, atol=0.01)


def test_few_checkpoints_are_all_shown():
    assert progression.choose([100, 200, 300]) == [100, 200, 300]


def test_of_many_checkpoints_the_early_ones_are_nearer_to_each_other():
    chosen = progression.choose(range(100, 3001, 100))
    assert chosen == [100, 200, 300, 400, 700, 1100, 1800, 3000]


def test_one_checkpoint_is_refused(tmp_path):
    workdir, _ = _make_run(tmp_path, (0,))
    with pytest.raises(errors.UserError, match="holds 1; train with"):
        progression.draw(requests.Request((workdir,)))


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(errors.UserError, match="there is no run"):
        progression.draw(requests.Request((str(tmp_path),)))
