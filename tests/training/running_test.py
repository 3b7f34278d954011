import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
import tensorflow as tf

from tests import tiny_runs
from tests.training import summaries
from tests.training import tiny_program
from tf_landmarks import errors
from tf_landmarks import workdirs

_FOREVER = 10**6  # updates
_SKELETON_STEPS = 6


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tiny_runs.make_data(tmp_path_factory.mktemp("data") / "tiny")


def _stop_after_checkpoint(data_dir, workdir, stage, steps, number):
    """Trains in a process of its own; sends it a signal after a checkpoint."""
    folder = workdirs.checkpoints(str(workdir), stage)
    program = subprocess.Popen(
        [sys.executable, tiny_program.__file__, data_dir, workdir]
        + [str(s) for s in steps],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        while tiny_program.EVERY not in workdirs.steps(folder):
            assert program.poll() is None, "it ended by itself"
            time.sleep(0.01)
        program.send_signal(number)
        return program.wait()
    finally:
        program.kill()


def _weights(workdir, stage, step):
    """Everything in a checkpoint, by name."""
    path = workdirs.checkpoints(str(workdir), stage) / f"step-{step}"
    reader = tf.train.load_checkpoint(str(path))
    names = reader.get_variable_to_shape_map()
    return {
        name: reader.get_tensor(name)
        for name in names
        if not name.startswith(("_CHECKPOINTABLE", "save_counter"))
    }


def _assert_same(workdir, expected_workdir, stage, step):
    """Compares weights, optimisers, pool, means; then what was logged."""
    weights = _weights(workdir, stage, step)
    expected = _weights(expected_workdir, stage, step)
    assert weights.keys() == expected.keys()
    for name, value in expected.items():
        assert (weights[name] == value).all(), name
    logged, expected = (
        summaries.scalars(pathlib.Path(w, "tensorboard", stage))
        for w in (workdir, expected_workdir)
    )
    assert logged.keys() == expected.keys()
    for name in expected.keys() - {"train/steps/s"}:
        assert logged[name] == expected[name], name


def test_stage_2_goes_on_after_kill_9_as_if_it_had_never_stopped(
    data_dir, tmp_path
):
    last = 17
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    status = _stop_after_checkpoint(
        data_dir, killed, "landmarks", (_SKELETON_STEPS, _FOREVER), 9
    )
    assert status == -signal.SIGKILL
    folder = workdirs.checkpoints(str(killed), "landmarks")
    assert max(workdirs.steps(folder)) < last
    tiny_program.train_landmarks(
        tiny_program.make_run(data_dir, str(killed)), last
    )

    run = tiny_program.make_run(data_dir, str(whole))
    tiny_program.train_skeleton(run, _SKELETON_STEPS)
    tiny_program.train_landmarks(run, last)
    _assert_same(killed, whole, "landmarks", last)
    assert workdirs.steps(folder, "best") == workdirs.steps(
        workdirs.checkpoints(str(whole), "landmarks"), "best"
    )


@pytest.mark.parametrize("method", ["cycle_gan", "bottleneck_cycle_gan"])
def test_what_ours_is_compared_with_goes_on_as_if_it_had_never_stopped(
    data_dir, tmp_path, method
):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    # A run logs at its end. After three updates the other one does so, too.
    for workdir, ends in ((whole, [7]), (stopped, [3, 7])):
        run = tiny_program.make_run(data_dir, str(workdir))
        tiny_program.train_skeleton(run, 2)
        for last in ends:
            tiny_program.train_landmarks(run, last, method)
    _assert_same(stopped, whole, "landmarks", 7)
    saved = _weights(whole, "landmarks", 7)
    for item in ("d_x/", "d_x_optimizer/", "pool_x/images"):
        assert any(name.startswith(item) for name in saved), item


def test_what_is_kept_of_stage_2_are_the_means_of_the_weights(
    data_dir, tmp_path
):
    run = tiny_program.make_run(data_dir, str(tmp_path))
    tiny_program.train_skeleton(run, 1)
    tiny_program.train_landmarks(run, 3)
    workdirs.write_run(str(tmp_path), {"architecture": run.arch.to_json()})
    saved = _weights(tmp_path, "landmarks", 3)
    (kernel,) = (n for n in saved if n.startswith("phi/encoder/to_code/kernel"))
    detector, _ = workdirs.load_detector(str(tmp_path))
    kept = detector.phi.encoder.to_code.kernel.numpy()
    assert (kept == saved[kernel]).all()
    trained = saved[kernel.replace("phi/", "phi_in_training/")]
    # After three updates the mean is still near, but behind.
    assert 0 < abs(kept - trained).max() < 0.01


def test_the_picture_is_drawn_by_the_means_of_the_weights(data_dir, tmp_path):
    run = tiny_program.make_run(data_dir, str(tmp_path))
    run = dataclasses.replace(run, learning_rate=0.003)
    tiny_program.train_skeleton(run, 1)
    tiny_program.train_landmarks(run, run.image_every)
    (logs,) = tmp_path.glob("tensorboard/landmarks")
    picture = tf.io.decode_png(summaries.images(logs)[run.image_every][0])
    columns = tf.split(tf.cast(picture, tf.float32) / 255, 5, axis=1)
    _, _, y_star, drawn, x_prime = (column[None] for column in columns)
    far = {}
    for symbol in ("psi", "psi_in_training"):
        psi = run.arch.psi()
        inputs = y_star[..., :1], 2 * x_prime - 1
        psi(inputs)
        folder = workdirs.checkpoints(str(tmp_path), "landmarks")
        workdirs.restore({symbol: psi}, folder, partial=True)
        x_hat = tf.clip_by_value((psi(inputs) + 1) / 2, 0.0, 1.0)
        far[symbol] = float(tf.reduce_mean(abs(x_hat - drawn)))
    # Half a grey level is lost as the picture is written.
    assert far["psi"] < 0.6 / 255 < 1 / 255 < far["psi_in_training"]


def test_stage_2_begins_with_the_means_of_stage_1(data_dir, tmp_path):
    run = tiny_program.make_run(data_dir, str(tmp_path))
    tiny_program.train_skeleton(run, 3)
    saved = _weights(tmp_path, "skeleton", 3)
    (kernel,) = (n for n in saved if n.startswith("eta/encoder/to_code/kernel"))
    in_training = kernel.replace("eta/", "eta_in_training/")
    assert abs(saved[kernel] - saved[in_training]).max() > 1e-5
    still = dataclasses.replace(run, learning_rate=1e-7)
    tiny_program.train_landmarks(still, 1)
    begun = _weights(tmp_path, "landmarks", 1)[in_training]
    assert abs(begun - saved[kernel]).max() < 1e-6


def test_stage_1_saves_on_sigterm_and_goes_on_as_if_it_had_never_stopped(
    data_dir, tmp_path
):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    status = _stop_after_checkpoint(
        data_dir, stopped, "skeleton", (_FOREVER, _FOREVER), signal.SIGTERM
    )
    assert status == 1  # fitting.Interrupted, which the program does not catch
    folder = workdirs.checkpoints(str(stopped), "skeleton")
    last = 3 * (max(workdirs.steps(folder)) // 3) + 6
    for workdir in (stopped, whole):
        run = tiny_program.make_run(data_dir, str(workdir))
        tiny_program.train_skeleton(run, last)
    _assert_same(stopped, whole, "skeleton", last)


def test_stage_2_wants_a_trained_eta(data_dir, tmp_path):
    run = tiny_program.make_run(data_dir, str(tmp_path))
    with pytest.raises(
        errors.UserError, match=r"--stage=landmarks: .*run --stage=skeleton"
    ):
        tiny_program.train_landmarks(run, 1)
