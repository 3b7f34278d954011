"""All four mains, one after the other, as a user runs them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import av
import pytest
import tensorflow as tf
from absl import flags
from absl.testing import flagsaver

from flags import dataset_flags
from flags import model_flags
from flags import training_flags
from tests import tiny_runs
from tests.data import made_files
from tf_landmarks import command_line
from tf_landmarks import detect
from tf_landmarks import errors
from tf_landmarks import evaluate
from tf_landmarks import prepare
from tf_landmarks import train
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.models import precision

_SMALL = (
    "--width=4",
    "--batch_size=4",
    "--checkpoint_every=2",
    "--image_every=2",
    "--log_every=1",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Own clips and poses, prepared, trained for a few updates."""
    folder = tmp_path_factory.mktemp("own")
    for clips in ("clips", "test"):
        made_files.write_video(folder / clips / "a.mp4", 12)
    poses = [made_files.pose(shift=shift) for shift in range(8)]
    made_files.write_json(folder / "poses.json", made_files.coco(poses))
    labels = made_files.coco(
        [made_files.pose(1)], [{"id": 1, "file_name": "a.mp4", "frame": 3}]
    )
    made_files.write_json(folder / "labels.json", labels)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        tiny_runs.plant_squeezenet(folder / "cache")
        tiny_runs.run_main(
            prepare.main,
            f"--frames={folder}/clips",
            f"--poses={folder}/poses.json",
            f"--test_frames={folder}/test",
            f"--test_labels={folder}/labels.json",
            f"--data_dir={folder}/data",
            "--image_size=32",
        )
        _train(folder, "--skeleton_steps=2", "--train_steps=3")
        _train(folder, "--skeleton_steps=2", "--train_steps=4")
    return folder


def _train(folder, *arguments):
    tiny_runs.run_main(
        train.main,
        f"--data_dir={folder}/data",
        f"--workdir={folder}/run",
        *_SMALL,
        *arguments,
    )


def test_a_second_run_goes_on_where_the_first_ended(folder):
    checkpoints = workdirs.checkpoints(f"{folder}/run", "landmarks")
    assert workdirs.steps(checkpoints) == [2, 3, 4]
    assert len(workdirs.steps(checkpoints, "best")) == 1


def test_a_run_can_be_repeated_from_its_workdir(folder):
    flags_text = (folder / "run/flags.txt").read_text()
    assert "--width=4" in flags_text.splitlines()
    written = {
        line.lstrip("-").partition("=")[0] for line in flags_text.splitlines()
    }
    # Whatever is not written would be the experiment's, and not the run's.
    keys = flags.FLAGS.get_key_flags_for_module(train)
    assert all(written & {k.name, f"no{k.name}"} for k in keys)
    assert len(written) == len(keys)
    run = json.loads((folder / "run/run.json").read_text())
    assert run["data"]["data_dir"] == f"{folder}/data"
    assert run["versions"]["tensorflow"] == tf.__version__
    assert (folder / "run/dataset.json").read_text() == (
        folder / "data/dataset.json"
    ).read_text()


def test_training_ends_with_the_metrics_of_the_test_split(folder, capsys):
    after_training = json.loads((folder / "run/metrics.json").read_text())
    tiny_runs.run_main(evaluate.main, f"--workdir={folder}/run")
    metrics = json.loads((folder / "run/metrics.json").read_text())
    assert metrics == after_training
    assert metrics["frames"] == 1
    assert metrics["checkpoint_step"] == 4
    assert f"{metrics['percent_of_image']:.2f}" in capsys.readouterr().out


def test_the_detector_writes_a_video_and_its_landmarks(folder):
    tiny_runs.run_main(
        detect.main,
        f"--workdir={folder}/run",
        f"--video={folder}/clips/a.mp4",
        f"--out={folder}/out",
    )
    with av.open(f"{folder}/out/overlay.mp4") as video:
        assert len(list(video.decode(video=0))) == 12
    detections = json.loads((folder / "out/detections.json").read_text())
    assert len(detections["annotations"]) == 12


def test_a_workdir_is_not_trained_on_with_another_architecture(folder):
    with pytest.raises(errors.UserError, match=r"width was 4, is 8"):
        _train(folder, "--width=8", "--train_steps=5")


@pytest.mark.parametrize("flag", ["--decay_share=0.5", "--d_y_noise=0.3"])
def test_what_falls_binds_the_run_to_its_length(folder, tmp_path, flag):
    falling = (f"--workdir={tmp_path}", flag)
    with pytest.raises(errors.UserError, match="--profile_steps"):
        _train(folder, *falling, "--train_steps=1", "--profile_steps=none")
    checkpoints = workdirs.checkpoints(str(tmp_path), "landmarks")
    workdirs.save({"trained": tf.Module()}, checkpoints, 1, keep=1)
    with pytest.raises(errors.UserError, match="train_steps was 1, is 2"):
        _train(folder, *falling, "--train_steps=2")


def test_running_means_are_of_both_stages_or_none(folder, tmp_path):
    skeleton = (f"--workdir={tmp_path}", "--stage=skeleton")
    _train(folder, *skeleton, "--skeleton_steps=1")
    with pytest.raises(errors.UserError, match=r"ema_momentum was 0\.0, is 0"):
        _train(folder, f"--workdir={tmp_path}", "--ema_momentum=0.9")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--pool_size=3"], "--pool_size=3"),
        (["--profile_steps=7"], "--profile_steps=7"),
        (["--profile_steps=9,8"], "--profile_steps=9,8"),
        (["--workdir=new", "--stage=landmarks"], "--stage=landmarks"),
        (["--workdir=new", "--method=supervised"], "--labelled"),
        # Which has no pool.
        (
            ["--workdir=new", "--method=hourglass", "--pool_size=3"],
            "--labelled",
        ),
        (
            ["--workdir=new", "--method=hourglass", "--stage=skeleton"],
            "--stage=skeleton",
        ),
    ],
)
def test_mistakes_are_told(folder, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    with pytest.raises(errors.UserError, match=message):
        _train(folder, *arguments)


@pytest.mark.parametrize(
    "method, idle",
    [
        ("cycle_gan", "--consistency_weight=2"),
        ("conditional_cycle_gan", "--consistency_weight=2"),
        ("bottleneck_cycle_gan", ""),
    ],
)
def test_what_ours_is_compared_with_is_trained_and_evaluated_alike(
    folder, tmp_path, monkeypatch, caplog, method, idle
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    caplog.set_level("INFO")
    arguments = (
        f"--workdir={tmp_path}",
        f"--method={method}",
        "--consistency_weight=2",
        "--skeleton_steps=1",
        "--ema_momentum=0.9",
        "--mixed_precision",
    )
    _train(folder, *arguments, "--train_steps=3")
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["checkpoint_step"] == 3
    assert metrics["percent_of_image"] > 0
    run = json.loads((tmp_path / "run.json").read_text())
    assert run["landmarks"]["method"] == method
    assert ("no part for" in caplog.text) == bool(idle)
    assert idle in caplog.text
    with pytest.raises(errors.UserError, match=r"landmarks\.method was"):
        _train(folder, *arguments, "--method=ours")


@pytest.fixture(scope="module")
def labelled(folder, tmp_path_factory):
    """Data whose test split is the split `labelled` too."""
    source = tmp_path_factory.mktemp("labelled")
    labels = made_files.coco(
        [made_files.pose(i + 1, shift=i) for i in range(12)],
        [{"id": i + 1, "file_name": "a.mp4", "frame": i} for i in range(12)],
    )
    made_files.write_json(source / "labels.json", labels)
    tiny_runs.run_main(
        prepare.main,
        f"--frames={folder}/clips",
        f"--poses={folder}/poses.json",
        f"--test_frames={folder}/test",
        f"--test_labels={source}/labels.json",
        f"--data_dir={source}/data",
        "--image_size=32",
    )
    info = json.loads((source / "data/dataset.json").read_text())
    info["splits"]["labelled"] = info["splits"]["test"]
    made_files.write_json(source / "data/dataset.json", info)
    return source / "data"


@pytest.mark.parametrize("method", ["supervised", "hourglass"])
def test_what_learns_from_labels_is_evaluated_alike(
    labelled, tmp_path, monkeypatch, caplog, method
):
    caplog.set_level("INFO")
    arguments = (
        f"--data_dir={labelled}",
        f"--workdir={tmp_path}",
        f"--method={method}",
        "--ema_momentum=0.9",
        "--mixed_precision",
    )
    # The second goes on where there is no hardware for bfloat16.
    answers = iter((True, False))
    monkeypatch.setattr(precision, "has_bfloat16", answers.__next__)
    for steps in (2, 3):
        assert "trains in float32" not in caplog.text
        tiny_runs.run_main(
            train.main, *arguments, *_SMALL, f"--train_steps={steps}"
        )
    assert "trains in float32" in caplog.text
    assert (
        workdirs.steps(workdirs.checkpoints(str(tmp_path), "landmarks"))[-1]
        == 3
    )
    assert not workdirs.steps(workdirs.checkpoints(str(tmp_path), "skeleton"))
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["labelled_frames"] == 12
    of_eta = metrics["skeleton_encoder_percent_of_image"]
    assert (of_eta is None) == (method == "hourglass")

    info = records.read_info(str(labelled))
    others = info.splits | {"labelled": info.splits["train"]}
    monkeypatch.setattr(
        records, "read_info", lambda _: info._replace(splits=others)
    )
    with pytest.raises(errors.UserError, match="sha256"):
        tiny_runs.run_main(train.main, *arguments, *_SMALL)


def test_data_of_another_size_are_not_taken_silently(folder, tmp_path):
    with pytest.raises(errors.UserError, match=r"of 32 pixels.*image_size=64"):
        _train(folder, f"--workdir={tmp_path}", "--image_size=64")
    assert "--image_size=32" in (folder / "run/flags.txt").read_text()


def test_data_to_evaluate_on_are_not_trained_on(tmp_path):
    data = pathlib.Path(tiny_runs.make_data(tmp_path / "data"))
    info = json.loads((data / "dataset.json").read_text())
    del info["splits"]["train"]
    (data / "dataset.json").write_text(json.dumps(info))
    with pytest.raises(errors.UserError, match="has no split 'train': tiny"):
        tiny_runs.run_main(
            train.main, f"--data_dir={data}", f"--workdir={tmp_path}/run"
        )
    assert not (tmp_path / "run").exists()


def _prepare_with(poses, folder, tmp_path):
    made_files.write_json(tmp_path / "poses.json", poses)
    tiny_runs.run_main(
        prepare.main,
        f"--frames={folder}/clips",
        f"--poses={tmp_path}/poses.json",
        f"--data_dir={tmp_path}/data",
        "--image_size=32",
    )


def test_poses_without_edges_are_drawn_as_points_only(folder, tmp_path):
    poses = made_files.coco([made_files.pose()])
    del poses["categories"][0]["skeleton"]
    _prepare_with(poses, folder, tmp_path)
    arguments = (f"--data_dir={tmp_path}/data", f"--workdir={tmp_path}/run")
    with pytest.raises(errors.UserError, match="give --draw=points"):
        tiny_runs.run_main(train.main, *arguments, *_SMALL)
    stage_1 = ("--stage=skeleton", "--skeleton_steps=1", "--draw=points")
    tiny_runs.run_main(train.main, *arguments, *_SMALL, *stage_1)


@pytest.mark.parametrize(
    "edges", [[[1, 2]], [[1, 3]]], ids=["across", "one side's"]
)
def test_sides_are_drawn_of_what_has_two_only(folder, tmp_path, edges):
    poses = made_files.coco([made_files.pose()])
    poses["categories"][0]["keypoints"] = ["left_eye", "right_eye", "left_ear"]
    poses["categories"][0]["skeleton"] = edges
    _prepare_with(poses, folder, tmp_path)
    with pytest.raises(errors.UserError, match="tell left from right"):
        tiny_runs.run_main(
            train.main,
            f"--data_dir={tmp_path}/data",
            f"--workdir={tmp_path}/run",
            "--draw=sides",
        )


def test_the_main_tells_its_flags():
    told = subprocess.run(
        [sys.executable, train.__file__, "--help"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    ).stdout
    for flag in ("--data_dir", "--image_size", "--width", "--train_steps"):
        assert f"  {flag}: " in told


def test_a_damaged_shard_is_named_with_its_place(folder, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(folder / "data", data)
    shard = next(data.glob("poses-*.tfrecord"))
    damaged = bytearray(shard.read_bytes())
    damaged[20] ^= 1
    shard.write_bytes(damaged)
    with pytest.raises(errors.UserError, match=rf"{shard.name}.* 0"):
        tiny_runs.run_main(
            train.main,
            f"--data_dir={data}",
            f"--workdir={tmp_path}/run",
            "--stage=skeleton",
            *_SMALL,
        )


def test_only_some_datasets_make_themselves():
    with pytest.raises(errors.UserError, match="--dataset=video"):
        tiny_runs.run_main(train.main)


@pytest.mark.parametrize(
    "dataset, message",
    [
        ("mpi_inf_3dhp", "has poses only; .* --prior=mpi_inf_3dhp"),
        ("multipie", "has poses only; .* --prior=multipie"),
        ("w300", "is to evaluate on"),
        ("penn_action", "prepare data that you have .* and give --data_dir"),
    ],
)
def test_what_cannot_be_trained_on_by_itself_is_told(dataset, message):
    with pytest.raises(errors.UserError, match=rf"={dataset} .*{message}"):
        tiny_runs.run_main(train.main, f"--dataset={dataset}")


@pytest.mark.parametrize(
    "dataset, updates, draw",
    [
        ("h36m", 3_000_000, "limbs"),
        ("simple_h36m", 3_000_000, "limbs"),
        ("penn_action", 3_000_000, "limbs"),
        ("voxceleb", 300_000, "points"),
    ],
)
def test_a_dataset_of_the_papers_has_a_recipe_of_its_updates(
    dataset, updates, draw
):
    argv = command_line.with_experiment(
        ["train", f"--dataset={dataset}"], "dataset", command_line.EXPERIMENTS
    )
    assert pathlib.Path(argv[1]).name == f"{dataset}.flags"
    with flagsaver.flagsaver():
        flags.FLAGS(argv)
        assert training_flags.TRAIN_STEPS.value == updates
        assert model_flags.DRAW.value == draw
        assert dataset_flags.IMAGE_SIZE.value == 128


def _start_stage_1(folder, workdir):
    """In a process of its own, for longer than any test."""
    search = os.pathsep.join(path for path in sys.path if path)
    arguments = [f"--data_dir={folder}/data", f"--workdir={workdir}", *_SMALL]
    arguments += ["--stage=skeleton", "--skeleton_steps=1000000"]
    return subprocess.Popen(
        [sys.executable, train.__file__, *arguments],
        env=os.environ | {"PYTHONPATH": search},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _last_step(workdir):
    folder = workdirs.checkpoints(str(workdir), "skeleton")
    return max(workdirs.steps(folder), default=0)


def test_a_signal_saves_and_the_same_command_goes_on(folder, tmp_path):
    for number in (signal.SIGTERM, signal.SIGINT):
        first = _last_step(tmp_path)
        program = _start_stage_1(folder, tmp_path)
        try:
            while _last_step(tmp_path) == first:
                assert program.poll() is None, program.stderr.read()
                time.sleep(0.05)
            program.send_signal(number)
            _, told = program.communicate()
        finally:
            program.kill()
        assert program.returncode == 130
        assert told == (
            f"Stage skeleton: from update {first} to 1000000.\n\n"
            f"stopped by {number.name} at update {_last_step(tmp_path)}; the "
            "same command goes on from there.\n"
        )
