import functools
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from tests import tiny_runs
from tests.figures import cells
from tf_landmarks import errors
from tf_landmarks import figure
from tf_landmarks import workdirs

_main = functools.partial(tiny_runs.run_main, figure.main)


@pytest.fixture
def workdir(tmp_path):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    return tiny_runs.make_run(tmp_path / "run", data_dir)


def test_a_figure_is_written_and_named(workdir, tmp_path, capsys):
    out = tmp_path / "out" / "12.png"
    _main("--figure=12", f"--workdir={workdir}", f"--out={out}", "--count=3")
    with Image.open(out) as picture:
        assert picture.size == (6 * 196 - 4, 18 + 192 + 18)
    assert os.listdir(out.parent) == ["12.png"]
    assert f"see {out}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("number", "count", "size"),
    [
        (4, 3, cells.size(3, 6)),
        (8, 2, cells.size(1 + 2, 1 + 3)),
        (9, 2, cells.size(1 + 2, 1 + 4)),  # a half of the clips has 4 frames
        (11, 3, cells.size(1, 3)),
        (13, 3, cells.size(1, 6)),
        (14, 3, cells.size(1, 6)),
        (15, 2, cells.size(4, 1 + 2)),  # of two checkpoints
        (16, 2, cells.size(4, 1 + 2)),
    ],
)
def test_each_figure_is_a_picture(workdir, tmp_path, number, count, size):
    checkpoints = workdirs.checkpoints(workdir, "landmarks")
    for path in list(checkpoints.iterdir()):
        shutil.copy(path, checkpoints / path.name.replace("-7.", "-9."))
    out = tmp_path / "out.png"
    given = f"--figure={number}", f"--count={count}"
    _main(*given, f"--workdir={workdir}", f"--out={out}")
    with Image.open(out) as picture:
        assert picture.size == size
        assert len(np.unique(np.asarray(picture))) > 100  # it is not blank


def test_another_seed_shows_other_frames(workdir, tmp_path):
    def draw(seed):
        out = tmp_path / f"{seed}.png"
        flags = f"--workdir={workdir}", f"--seed={seed}", f"--out={out}"
        _main("--figure=12", *flags)
        return out.read_bytes()

    assert draw(0) != draw(1)


def test_figure_2_has_its_numbers_beside_it(workdir, tmp_path, capsys):
    out = tmp_path / "out" / "2.png"
    _main(
        "--figure=2",
        f"--workdir={workdir}",
        "--count=1",
        "--probe_steps=1",
        f"--out={out}",
    )
    assert sorted(os.listdir(out.parent)) == ["2.json", "2.png"]
    numbers = json.loads((tmp_path / "out" / "2.json").read_text())
    assert list(numbers["workdirs"]) == [workdir]
    printed = capsys.readouterr().out
    constant = numbers["constant"]["mean_squared_error"]
    assert f"{constant:.4f}" in printed
    assert f"see {out} and {tmp_path}/out/2.json" in printed


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--figure=5"], "--figure=5 is none"),
        (["--out=a.gif"], r"--out=a\.gif: give --out=FILE\.png"),
        (["--workdir=nowhere"], "--workdir=nowhere: there is no run"),
        (["--checkpoint=best"], "holds no best checkpoint"),
        (["--split=val"], "no split 'val'"),
        (["--data_dir=nowhere"], "nowhere"),
        (["--other_workdir=b"], "--other_workdir is for"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(
    workdir, tmp_path, flags, sentence
):
    out = tmp_path / "out"
    given = ["--figure=8", f"--workdir={workdir}", f"--out={out}/8.png"]
    with pytest.raises(errors.UserError, match=sentence):
        _main(*given, *flags)
    assert not out.exists()


def test_other_runs_go_to_figure_2(workdir, tmp_path):
    flags = f"--workdir={workdir}", f"--out={tmp_path}/out/2.png"
    with pytest.raises(errors.UserError, match="given twice"):
        _main("--figure=2", *flags, f"--other_workdir={workdir}")
    assert not (tmp_path / "out").exists()


def test_without_a_number_the_flag_is_named():
    with pytest.raises(errors.UserError, match="needs --figure"):
        _main()
