"""A tiny table, run for real, and once more; the rest of it is cited."""

import contextlib
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import planning
from tf_landmarks.reproduction import running
from tf_landmarks.reproduction import steps
from tf_landmarks.reproduction import tables

_FLAGS = (
    "--width=4",
    "--batch_size=4",
    "--image_size=32",
    "--checkpoint_every=2",
    "--log_every=1",
    "--skeleton_steps=2",
    "--train_steps=3",
)
_DATA = tables.Data("tiny", ("--dataset=none",), tiny_runs.SKELETON)
_TRAINING = tables.Training(
    "table9_small/ours", _DATA, _FLAGS, (), "table9_small/stage_1"
)
_MORE = ("--train_steps=4",)
_CITED = tables.Row("theirs", {"error": 7.5})
_ROW = tables.Row("ours", {"error": 2.5}, _TRAINING, "ours")
_TABLE = tables.Table(
    9,
    "small",
    "A tiny table",
    "A remark.",
    (tables.Column("error", ("percent_of_image",), "paper"),),
    (_CITED, _ROW),
    "It takes a minute elsewhere.",
)


def _with_training(training):
    """The table, with another training of our row."""
    return _TABLE._replace(rows=(_CITED, _ROW._replace(training=training)))


def _reproduce(folder, table=_TABLE, folders=None):
    """Runs it and gives what was printed by it alone, not by its steps."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        run(folder, table, folders)
    return printed.getvalue()


def run(folder, table, folders=None):
    given = planning.Given(folders or {})
    running.reproduce(table, f"{folder}/runs", given, f"{folder}/out")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Prepared data, and packages that need not be fetched."""
    folder = tmp_path_factory.mktemp("tiny")
    tiny_runs.make_data(folder / "runs/data/tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        tiny_runs.plant_squeezenet(folder / "cache")
        yield folder


@pytest.fixture(scope="module")
def printed(folder):
    return _reproduce(folder)


def _files(folder):
    """Every file with when it was written."""
    paths = pathlib.Path(folder).rglob("*")
    return {str(p): p.stat().st_mtime_ns for p in paths if p.is_file()}


def test_the_table_has_what_was_measured(folder, printed):
    metrics = json.loads(
        (folder / "runs/table9_small/ours/metrics.json").read_text()
    )
    error = metrics["percent_of_image"]
    with open(folder / "out/table9_small.csv", newline="") as file:
        theirs, ours = csv.DictReader(file)
    assert theirs == {
        "model": "theirs",
        "error": "",
        "seed": "",
        "steps": "",
        "paper": "7.5",
    }
    assert ours == {
        "model": "ours",
        "error": f"{error:.4f}",
        "seed": "0",
        "steps": "3",
        "paper": "2.5",
    }
    assert f"{error:.2f}" in printed
    assert printed.endswith(
        f"see table9_small.txt, .md and .csv in {folder}/out\n"
    )


def test_what_is_to_be_run_is_said_before(printed):
    said, ran = printed.split("evaluation aside.\n")
    assert "It takes a minute elsewhere.\n" in said
    assert "  theirs: cited, not run\n" in said
    assert "  ours: 3 updates of stage landmarks to go\n" in said
    assert "--stage=skeleton" in said and "tf_landmarks" in said
    assert "stage_1: 2 updates of " in said
    assert "table9_small/ours: 3 updates of " in said
    to_be_run = said.split("To be run:\n\n")[1].split("\n\n")[0]
    commands_said = to_be_run.splitlines()
    commands_run = [line for line in ran.splitlines() if line in commands_said]
    assert commands_run == commands_said and len(commands_run) == 4


def test_stage_1_is_trained_once_and_taken_over(folder, printed):
    runs = folder / "runs/table9_small"
    for run in ("stage_1", "ours"):
        skeleton = workdirs.checkpoints(str(runs / run), "skeleton")
        assert workdirs.steps(skeleton) == [2]
    assert (runs / "stage_1/tensorboard/skeleton").exists()
    assert not (runs / "ours/tensorboard/skeleton").exists()
    landmarks = workdirs.checkpoints(str(runs / "ours"), "landmarks")
    assert workdirs.steps(landmarks) == [2, 3]


def test_what_is_done_is_not_done_again(folder, printed):
    before = _files(folder / "runs")
    printed = _reproduce(folder)
    assert _files(folder / "runs") == before
    assert "  ours: done\n" in printed
    assert "To be run" not in printed and "timed" not in printed


@pytest.mark.parametrize(
    "row",
    [
        _ROW._replace(protocol="human36m"),
        _ROW._replace(name="another"),
        _ROW._replace(training=_TRAINING._replace(flags=_FLAGS[:-1] + _MORE)),
        _ROW._replace(training=_TRAINING._replace(method=("--augment",))),
    ],
)
def test_only_an_evaluation_with_the_same_flags_counts(folder, printed, row):
    def metrics(of):
        given = planning.Given({})
        its_steps = planning.of_row(of, _TABLE.name, f"{folder}/runs", given)
        return its_steps[-1].metrics()

    assert metrics(_ROW)["frames"] == 8
    assert metrics(row) is None


@pytest.mark.parametrize(
    "changed, message",
    [
        (
            {"method": ("--consistency_weight=1",)},
            r"runs/table9_small/ours has begun with no --consistency_weight, "
            r"and this is with --consistency_weight=1; delete it",
        ),
        (
            {"flags": (*_FLAGS, "--train_steps=9")},
            r"begun with --train_steps=3, and this is with --train_steps=9",
        ),
    ],
)
def test_a_run_does_not_go_on_with_other_flags(
    folder, printed, changed, message
):
    before = _files(folder)
    with pytest.raises(errors.UserError, match=message):
        _reproduce(folder, _with_training(_TRAINING._replace(**changed)))
    assert _files(folder) == before


def test_data_that_were_prepared_with_other_flags_are_not_taken(tmp_path):
    data_dir = tiny_runs.make_data(tmp_path / "runs/data/tiny")
    record = pathlib.Path(data_dir) / "prepared_with.json"
    record.write_text('{"dataset": "other"}')
    before = _files(tmp_path)
    with pytest.raises(errors.UserError, match=r"data/tiny was prepared with "):
        _reproduce(tmp_path)
    assert _files(tmp_path) == before


def test_rows_of_other_data_than_there_are_now_do_not_go_into_a_table(
    folder, printed, tmp_path, monkeypatch
):
    def make(step):
        tiny_runs.make_data(pathlib.Path(step.data_dir), labels=None)

    monkeypatch.setattr(steps.Prepare, "run", make)
    shutil.copytree(folder / "runs", tmp_path / "runs")
    shutil.rmtree(tmp_path / "runs/data/tiny")
    _reproduce(tmp_path)  # what is done needs no data
    message = r"stage_1 was trained on other data than those in .*/data/tiny"
    training = _TRAINING._replace(folder="table9_small/late")
    late = _ROW._replace(name="late", training=training)
    with pytest.raises(errors.UserError, match=message):
        _reproduce(tmp_path, _TABLE._replace(rows=(late,)))
    assert not (tmp_path / "runs/table9_small/late").exists()

    before = _files(tmp_path)
    with pytest.raises(errors.UserError, match=message):
        _reproduce(tmp_path)
    assert _files(tmp_path) == before


def test_without_data_nothing_is_run(tmp_path):
    data = _DATA._replace(sources={"source": "h36m", "prior_source": "w300"})
    table = _with_training(_TRAINING._replace(data=data))
    with pytest.raises(errors.UserError) as told:
        _reproduce(tmp_path, table, {"w300": "/data"})
    assert str(told.value) == (
        "h36m is missing: docs/datasets/h36m.md tells how to get it\n"
        "then give --sources=w300=/data,h36m=FOLDER"
    )
    assert not list(tmp_path.iterdir())


def test_rows_whose_data_are_missing_are_run_once_they_are_there(
    folder, printed, monkeypatch
):
    def make(step):
        tiny_runs.make_data(pathlib.Path(step.data_dir))

    monkeypatch.setattr(steps.Prepare, "run", make)
    data = _DATA._replace(
        name="late", sources={"source": "h36m", "prior_source": "w300"}
    )
    late = _ROW._replace(
        model="late", name="late", training=_TRAINING._replace(data=data)
    )
    table = _TABLE._replace(number=7, rows=(late, _CITED, _ROW))
    told = io.StringIO()
    with contextlib.redirect_stdout(told), pytest.raises(errors.UserError) as e:
        run(folder, table, {"w300": "/data"})
    how_to_get = (
        "h36m is missing: docs/datasets/h36m.md tells how to get it\n"
        "then give --sources=w300=/data,h36m=FOLDER"
    )
    assert str(e.value) == (
        f"not all rows could be run: late: h36m missing\n{how_to_get}"
    )
    before, after = told.getvalue().split("To be run:\n\n")
    assert "  late: evaluation to go, but h36m missing\n" in before
    assert f"Some rows are left out:\n{how_to_get}\n" in after
    assert "/late" not in after  # in no command
    assert _errors(folder) == {"late": False, "theirs": False, "ours": True}

    with pytest.raises(errors.UserError) as again:  # no other row is left
        _reproduce(folder, table, {"w300": "/data"})
    assert str(again.value) == how_to_get

    _reproduce(folder, table, {"w300": "/data", "h36m": "/more"})
    assert _errors(folder) == {"late": True, "theirs": False, "ours": True}


def _errors(folder):
    """Which rows of table 7 have an error."""
    with open(folder / "out/table7_small.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["model"]: bool(row["error"]) for row in rows}


def test_all_data_are_prepared_before_anything_is_trained(folder, capfd):
    other = _TRAINING._replace(
        folder="table9_small/other", data=_DATA._replace(name="other")
    )
    ours = _TRAINING._replace(folder="table9_small/first")
    table = _TABLE._replace(
        rows=(
            _ROW._replace(training=ours, name="first"),
            _ROW._replace(training=other, name="other"),
        )
    )
    with pytest.raises(errors.UserError, match=r"^prepare ended with status 1"):
        _reproduce(folder, table)
    assert "--dataset=none" in capfd.readouterr().err
    assert not (folder / "runs/table9_small/first").exists()


def test_a_folder_that_cannot_be_written_to_is_found_before(folder, tmp_path):
    (tmp_path / "out").write_text("")
    (tmp_path / "runs").symlink_to(folder / "runs")
    with pytest.raises(errors.UserError, match="--out="):
        _reproduce(tmp_path)


def test_a_row_that_fails_keeps_no_other_from_being_run(
    folder, printed, monkeypatch
):
    evaluate, tried = steps.Evaluate.run, []

    def run(step):
        tried.append(step)
        if "broken" in step.file:
            raise errors.UserError("it fell over")
        evaluate(step)

    monkeypatch.setattr(steps.Evaluate, "run", run)
    rows = tuple(_ROW._replace(model=n, name=n) for n in ("broken", "sound"))
    again = rows[0]._replace(model="again")
    table = _TABLE._replace(number=8, rows=(*rows, again))
    message = (
        "^not all rows could be run: broken: it fell over; again: needs what "
        "has failed above$"
    )
    with pytest.raises(errors.UserError, match=message):
        _reproduce(folder, table)
    with open(folder / "out/table8_small.csv", newline="") as file:
        broken, sound, _ = csv.DictReader(file)
    assert not broken["error"] and float(sound["error"]) > 0
    assert len(tried) == 2


def test_a_step_that_fails_is_named(folder, capfd):
    data_dir = f"--data_dir={folder}/nowhere"
    command = commands.Command("train", (data_dir, f"--workdir={folder}/x"))
    with pytest.raises(errors.UserError, match=r"^train ended with status 1"):
        command.run()
    assert "nowhere" in capfd.readouterr().err


_PROGRAM = """
import sys
from tf_landmarks import command_line
from tf_landmarks.reproduction import commands
command = commands.Command("train", tuple(sys.argv[1:]))
sys.argv = sys.argv[:1]
command_line.run(command.run)
"""


def test_a_signal_lets_the_step_save(folder, tmp_path):
    arguments = [*_FLAGS, "--stage=skeleton", "--skeleton_steps=1000000"]
    arguments += [f"--data_dir={folder}/runs/data/tiny"]
    search = os.pathsep.join(path for path in sys.path if path)
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments, f"--workdir={tmp_path}"],
        env=os.environ | {"PYTHONPATH": search},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    checkpoints = workdirs.checkpoints(str(tmp_path), "skeleton")
    while not workdirs.steps(checkpoints):
        assert program.poll() is None, program.stderr.read()
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    _, told = program.communicate()
    assert program.returncode == 130
    last = workdirs.steps(checkpoints)[-1]
    assert f"stopped by SIGINT at update {last}; " in told
    assert told.endswith(
        "\nstopped by SIGINT; the same command goes on from there\n"
    )


LONGER = _with_training(
    _TRAINING._replace(folder="table6_small/ours", method=("--train_steps=40",))
)._replace(number=6)
_REPRODUCTION = """
import sys
from tests.reproduction import running_test
from tf_landmarks import command_line
folder = sys.argv.pop()
command_line.run(lambda: running_test.run(folder, running_test.LONGER))
"""


def test_a_table_goes_on_within_the_row_that_a_signal_stopped(folder, printed):
    search = os.pathsep.join(path for path in sys.path if path)
    program = subprocess.Popen(
        [sys.executable, "-c", _REPRODUCTION, folder],
        env=os.environ | {"PYTHONPATH": search},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    workdir = folder / "runs/table6_small/ours"
    checkpoints = workdirs.checkpoints(str(workdir), "landmarks")
    while not workdirs.steps(checkpoints):
        assert program.poll() is None, program.stderr.read()
        time.sleep(0.05)
    program.send_signal(signal.SIGTERM)
    _, told = program.communicate()
    assert program.returncode == 130
    assert "stopped by SIGTERM; the same command goes on from there" in told
    last = workdirs.steps(checkpoints)[-1]
    assert 0 < last < 40
    assert not (folder / "out/table6_small.csv").exists()

    went_on = _reproduce(folder, LONGER)
    assert f"  ours: {40 - last} updates of stage landmarks to go\n" in went_on
    assert "--stage=skeleton" not in went_on
    with open(folder / "out/table6_small.csv", newline="") as file:
        _, ours = csv.DictReader(file)
    assert ours["steps"] == "40" and float(ours["error"]) > 0
    metrics = json.loads((workdir / "metrics.json").read_text())
    assert metrics["checkpoint_step"] == 40
