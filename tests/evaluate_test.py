import functools
import json

import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import evaluate

_main = functools.partial(tiny_runs.run_main, evaluate.main)


def test_the_table_is_printed_and_the_files_are_named(tmp_path, capsys):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    workdir = tiny_runs.make_run(tmp_path / "run", data_dir)
    _main(f"--workdir={workdir}")
    printed = capsys.readouterr().out
    with open(f"{workdir}/metrics.json") as file:
        numbers = json.load(file)
    assert f"{numbers['percent_of_image']:.2f}" in printed
    assert f"contact_sheet.png in {workdir}" in printed


def test_the_files_go_where_they_are_wanted(tmp_path, capsys):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    workdir = tiny_runs.make_run(tmp_path / "run", data_dir)
    _main(f"--workdir={workdir}", f"--out={tmp_path}/out")
    assert (tmp_path / "out" / "contact_sheet.png").exists()
    assert not (tmp_path / "run" / "metrics.json").exists()
    assert f"contact_sheet.png in {tmp_path}/out" in capsys.readouterr().out


def test_without_a_run_the_flag_is_named():
    with pytest.raises(errors.UserError, match="--workdir"):
        _main()


def test_without_a_best_checkpoint_the_flag_is_named(tmp_path):
    workdir = tiny_runs.make_run(tmp_path / "run")
    with pytest.raises(errors.UserError, match="holds no best checkpoint"):
        _main(f"--workdir={workdir}", "--checkpoint=best")


def test_a_protocol_needs_its_landmarks(tmp_path):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    workdir = tiny_runs.make_run(tmp_path / "run", data_dir)
    with pytest.raises(errors.UserError, match="--protocol=w300 scores the 68"):
        _main(f"--workdir={workdir}", "--protocol=w300")
    assert not (tmp_path / "run" / "w300.json").exists()
