import json
import shutil

import numpy as np
import pytest

from tests import tiny_runs
from tests.figures import cells
from tests.figures import vivid_runs
from tf_landmarks import errors
from tf_landmarks.data import records
from tf_landmarks.figures import contrast
from tf_landmarks.figures import frames
from tf_landmarks.figures import leakage
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests


@pytest.fixture(scope="module")
def request_(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figure_2")
    data_dir = tiny_runs.make_data(folder / "data")
    runs = [vivid_runs.make_run(folder / n, data_dir) for n in ("one", "two")]
    return requests.Request(tuple(runs), count=2, seed=3, probe_steps=2)


@pytest.fixture(scope="module")
def drawing(request_):
    return leakage.draw(request_)


def test_beside_x_there_are_four_columns_of_each_run(request_, drawing):
    assert drawing.picture.size == cells.size(2, 9, head=2, below=0)
    data_dir = painting.find_data(request_)
    info = records.read_info(data_dir)
    split = frames.Split(data_dir, info, "test")
    chosen = split.draw(2, seed=3)
    x = painting.stack(split.read(chosen))
    x_prime = painting.stack(split.read(split.draw_partners(chosen, 3)))
    seen = vivid_runs.networks().repaint(x, x_prime)
    y, y_star = seen["y"], seen["y_star"]
    of_run = [
        seen["x_hat"] / 2 + 0.5,
        y,
        contrast.in_log_scale(contrast.normalized(y)),
        contrast.in_log_scale(contrast.normalized(y_star)),
    ]
    for row in range(2):
        for column, images in enumerate([x / 2 + 0.5, *of_run, *of_run]):
            cell = cells.cut(drawing.picture, row, column, 2, 0)
            expected = np.clip(images[row], 0, 1) * np.ones(3)
            np.testing.assert_allclose(cells.shrunk(cell), expected, atol=0.01)


def test_the_numbers_are_of_each_run_with_and_without_bottleneck(
    request_, drawing
):
    numbers = drawing.numbers
    assert numbers["probe_steps"] == 2
    assert numbers["probed_frames"] == 8
    assert list(numbers["workdirs"]) == list(request_.workdirs)
    # The frames of test are those of train, up to JPEG: noise.
    data_dir = painting.find_data(request_)
    split = frames.Split(data_dir, records.read_info(data_dir), "train")
    x = painting.stack(split.read(range(8))).numpy()
    variance = np.mean((x - x.mean(axis=0)) ** 2)
    constant = numbers["constant"]["mean_squared_error"]
    assert constant == pytest.approx(variance, rel=0.1)
    one, two = numbers["workdirs"].values()
    assert one == two  # the same weights, and the same seed of the probes
    assert one["checkpoint_step"] == tiny_runs.STEP
    for name in ("y", "y_star"):
        assert one[name]["mean_squared_error"] > 0
        assert f"{one[name]['psnr']:.2f}" in drawing.text


def _copied_data(request, folder):
    shutil.copytree(painting.find_data(request), folder)
    return request._replace(data_dir=str(folder))


def test_data_without_frames_for_the_probes_are_named(request_, tmp_path):
    request = _copied_data(request_, tmp_path / "data")
    file = tmp_path / "data" / records.INFO_FILE
    info = json.loads(file.read_text())
    del info["splits"]["train"]
    file.write_text(json.dumps(info))
    with pytest.raises(errors.UserError, match="data has no split 'train'"):
        leakage.draw(request)


def test_a_damaged_file_of_the_probes_frames_is_named(request_, tmp_path):
    request = _copied_data(request_, tmp_path / "data")
    info = records.read_info(request.data_dir)
    shard = tmp_path / "data" / info.splits["train"].clip_shards[0].file
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    with pytest.raises(errors.UserError, match=f"{shard.name}: damaged at"):
        leakage.draw(request)


def test_a_run_beside_itself_is_refused(request_):
    twice = request_._replace(workdirs=request_.workdirs[:1] * 2)
    with pytest.raises(errors.UserError, match="given twice"):
        leakage.draw(twice)
