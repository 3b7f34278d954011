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


def test_without_a_run_the_flag_is_named():
    with pytest.raises(errors.UserError, match="--workdir"):
        _main()
