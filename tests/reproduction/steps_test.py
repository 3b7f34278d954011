import json
import pathlib
import shutil

import pytest
import tensorflow as tf

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import steps
from tf_landmarks.reproduction import tables

_DATA = tables.Data("tiny", ("--dataset=none",), tiny_runs.SKELETON)
_TRAINING = tables.Training("a", _DATA, (), (), "a")


def _prepare(folder, *flags, source="/h36m", not_given=()):
    arguments = ("--dataset=h36m", *flags, f"--source={source}")
    command = commands.Command(
        "prepare", (*arguments, f"--data_dir={folder}/data")
    )
    data = _DATA._replace(sources={"source": "h36m"})
    return steps.Prepare(command, f"{folder}/data", data, not_given)


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """Data as `prepare --skip_bad` and, without, `prepare` leave them."""

    def make(command):
        tiny_runs.make_data(pathlib.Path(command.settings()["data_dir"]))

    monkeypatch.setattr(commands.Command, "run", make)
    _prepare(tmp_path).run()
    _prepare(tmp_path / "skipped", "--skip_bad").run()
    return tmp_path


def test_data_are_of_the_flags_that_they_were_prepared_with(prepared):
    _prepare(prepared).check()
    for step, message in (
        (_prepare(prepared, "--labelled"), "no --labelled, .* --labelled; del"),
        (_prepare(prepared, source="/b"), "with --source=/h36m, .*--source=/b"),
        (_prepare(prepared / "skipped"), "skipped/data was prepared with --sk"),
    ):
        with pytest.raises(errors.UserError, match=message):
            step.check()


def test_a_folder_that_is_not_given_may_be_any(prepared):
    _prepare(prepared, source="FOLDER_OF_h36m", not_given=("source",)).check()


def test_a_folder_may_be_typed_in_another_way(prepared, monkeypatch):
    monkeypatch.chdir("/")
    _prepare(prepared, source="h36m/").check()


def test_where_no_file_was_bad_leaving_them_out_changes_nothing(prepared):
    _prepare(prepared, "--skip_bad").check()


def test_data_without_a_record_are_taken_as_they_are(prepared):
    (prepared / "data/prepared_with.json").unlink()
    _prepare(prepared, source="/b").check()
    assert _prepare(prepared).is_done()


def test_what_failed_leaves_no_record(tmp_path, monkeypatch):
    def fail(command):
        raise errors.UserError("it fell over")

    monkeypatch.setattr(commands.Command, "run", fail)
    with pytest.raises(errors.UserError, match="it fell over"):
        _prepare(tmp_path).run()
    assert not list(tmp_path.iterdir())


def _train(
    folder, *flags, stages=("skeleton", "landmarks"), data_dir="somewhere"
):
    flags = ("--skeleton_steps=20", "--train_steps=9", *flags)
    arguments = (*flags, f"--data_dir={data_dir}", f"--workdir={folder}")
    command = commands.Command("train", arguments)
    return steps.Train(command, str(folder), stages, _TRAINING)


def _add_checkpoint(workdir, stage, step):
    folder = workdirs.checkpoints(str(workdir), stage)
    network = tf.Module()
    network.weights = tf.Variable(step)
    workdirs.save({"a": network}, folder, step, keep=3)


def _record_flags(workdir, **flags):
    (workdir / "trained_with.json").write_text(json.dumps(flags))


def test_updates_are_counted_from_the_last_checkpoint(tmp_path):
    train = _train(tmp_path)
    assert train.updates_left() == {"skeleton": 20, "landmarks": 9}
    _add_checkpoint(tmp_path, "skeleton", 20)
    _add_checkpoint(tmp_path, "landmarks", 4)
    assert train.updates_left() == {"skeleton": 0, "landmarks": 5}
    assert not train.is_done()
    _add_checkpoint(tmp_path, "landmarks", 9)
    assert train.is_done()


def test_a_stage_that_is_taken_over_does_not_count(tmp_path):
    train = _train(tmp_path, stages=("landmarks",))
    assert train.updates_left() == {"landmarks": 9}


def test_a_run_goes_on_with_the_flags_that_it_has_begun_with(tmp_path):
    _record_flags(tmp_path, skeleton_steps="20", train_steps="9", augment="")
    _add_checkpoint(tmp_path, "skeleton", 3)
    _train(tmp_path, "--augment").check()
    _train(tmp_path, "--augment", "--keep=1000").check()
    for flags, message in (
        ((), "begun with --augment, and this is with no --augment; delete it"),
        (("--augment", "--width=4"), "with no --width, and .* --width=4; "),
        (("--augment", "--train_steps=8"), "--train_steps=9, .* is with --tra"),
    ):
        with pytest.raises(errors.UserError, match=message):
            _train(tmp_path, *flags).check()


def test_a_run_without_a_checkpoint_has_not_begun(tmp_path):
    _record_flags(tmp_path, train_steps="1")
    _train(tmp_path).check()


def test_a_run_is_of_the_data_that_it_has_begun_with(tmp_path):
    data_dir, workdir = tmp_path / "data", tmp_path / "run"
    tiny_runs.make_data(data_dir)
    workdir.mkdir()
    shutil.copy(data_dir / "dataset.json", workdir)
    train = _train(workdir, data_dir=data_dir)
    shutil.rmtree(data_dir)
    train.check()
    tiny_runs.make_data(data_dir)
    _add_checkpoint(workdir, "skeleton", 3)
    train.check()

    shutil.rmtree(data_dir)
    tiny_runs.make_data(data_dir, labels=None)
    message = "/run was trained on other data than those in .*/data; delete it"
    with pytest.raises(errors.UserError, match=message):
        train.check()
    shutil.rmtree(workdir / "checkpoints")
    train.check()  # it has not begun


def test_stage_1_is_copied_as_a_whole(tmp_path):
    _add_checkpoint(tmp_path / "from", "skeleton", 3)
    step = steps.TakeOver(f"{tmp_path}/from", f"{tmp_path}/to")
    assert not step.is_done()
    step.run()
    assert step.is_done()
    source, target = (
        sorted(p.name for p in (tmp_path / run).rglob("*") if p.is_file())
        for run in ("from", "to")
    )
    assert source == target
    assert step.command == (
        f"mkdir -p {tmp_path}/to/checkpoints && cp -r "
        f"{tmp_path}/from/checkpoints/skeleton "
        f"{tmp_path}/to/checkpoints/skeleton"
    )


def test_stage_1_is_taken_over_again_when_it_is_another(tmp_path):
    step = steps.TakeOver(f"{tmp_path}/from", f"{tmp_path}/to")
    _add_checkpoint(tmp_path / "from", "skeleton", 3)
    step.run()
    shutil.rmtree(tmp_path / "from")
    assert step.is_done()  # it is here
    _add_checkpoint(tmp_path / "from", "skeleton", 5)
    assert not step.is_done()
    step.run()
    assert step.is_done()
    copied = workdirs.checkpoints(f"{tmp_path}/to", "skeleton")
    assert workdirs.steps(copied) == [5]

    _add_checkpoint(tmp_path / "from", "skeleton", 7)
    _add_checkpoint(tmp_path / "to", "landmarks", 1)
    assert step.is_done()  # stage 2 has begun with what is here


def _evaluate(folder, *flags, source="/h36m", not_given=()):
    command = commands.Command("evaluate", (f"--workdir={folder}", *flags))
    prepared = _prepare(folder, source=source, not_given=not_given)
    file = f"{folder}/metrics.json"
    return steps.Evaluate(command, file, _train(folder), prepared)


@pytest.fixture
def evaluated(prepared, monkeypatch):
    """A run's folder, with its data and what `evaluate` leaves."""

    def write(command):
        (prepared / "metrics.json").write_text('{"checkpoint_step": 9}')

    monkeypatch.setattr(commands.Command, "run", write)
    shutil.copy(prepared / "data/dataset.json", prepared)
    _evaluate(prepared).run()
    return prepared


def test_an_evaluation_counts_for_its_data(evaluated):
    assert _evaluate(evaluated).is_done()
    shutil.rmtree(evaluated / "data")
    assert _evaluate(evaluated).is_done()  # they may be gone
    assert not _evaluate(evaluated, source="/other").is_done()
    not_given = {"source": "FOLDER_OF_h36m", "not_given": ("source",)}
    assert _evaluate(evaluated, **not_given).is_done()
    tiny_runs.make_data(evaluated / "data", labels=None)
    assert not _evaluate(evaluated).is_done()


def test_an_evaluation_counts_for_its_run(evaluated, tmp_path):
    tiny_runs.make_data(tmp_path / "other", labels=None)
    shutil.copy(tmp_path / "other/dataset.json", evaluated)
    assert not _evaluate(evaluated).is_done()
    (evaluated / "dataset.json").unlink()
    assert not _evaluate(evaluated).is_done()


@pytest.mark.parametrize("step, counts", [(9, True), (8, False), (None, True)])
def test_an_evaluation_counts_if_it_is_of_the_last_update(
    tmp_path, step, counts
):
    metrics = {"error": 3.0} | (
        {} if step is None else {"checkpoint_step": step}
    )
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    evaluated_with = {
        "evaluate": {},
        "train": {"skeleton_steps": "20", "train_steps": "9"},
        "trained_on": {},
        "prepare": _prepare(tmp_path).flags,
        "data": {},
    }
    path = tmp_path / "evaluated_with.json"
    path.write_text(json.dumps(evaluated_with))
    assert _evaluate(tmp_path).is_done() == counts
    assert not _evaluate(tmp_path, "--protocol=w300").is_done()
    path.unlink()
    assert not _evaluate(tmp_path).is_done()


def test_an_evaluation_of_an_older_checkpoint_is_told(tmp_path, monkeypatch):
    def write(command):
        (tmp_path / "metrics.json").write_text('{"checkpoint_step": 8}')

    monkeypatch.setattr(commands.Command, "run", write)
    with pytest.raises(errors.UserError, match=r"delete .*/step-9\.\*"):
        _evaluate(tmp_path).run()
