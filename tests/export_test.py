"""From a finished run, or a shipped detector, to a version for a server."""

import functools

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import export

_main = functools.partial(tiny_runs.run_main, export.main)


@pytest.fixture(scope="module")
def workdir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    data_dir = tiny_runs.make_data(folder / "data")
    return tiny_runs.make_evaluated_run(folder / "mine", data_dir)


@pytest.fixture
def images(tmp_path):
    for i in range(3):
        noise = np.random.default_rng(i).integers(0, 256, (30, 40, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{i}.png")
    return f"{tmp_path}/*.png"


def test_a_runs_own_data_will_do_for_frames(workdir, tmp_path, capsys):
    _main(f"--workdir={workdir}", f"--out={tmp_path}/puppets")
    assert tf.saved_model.contains_saved_model(f"{tmp_path}/puppets/1")
    printed = capsys.readouterr().out
    assert f"in {tmp_path}/puppets/1; on 8 frames" in printed


def test_frames_may_be_images(workdir, images, tmp_path, capsys):
    out = f"--out={tmp_path}/puppets"
    _main(f"--workdir={workdir}", out, f"--images={images}", "--format=onnx")
    assert "; on 3 frames" in capsys.readouterr().out
    assert (tmp_path / "puppets/model.onnx").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "export needs --out"),
        (("--out=o", "--images=a", "--video=b"), "and not both"),
        (("--out=o", "--images=nowhere/*.png"), "matches no file"),
        (("--out=o", "--dtype=int8"), "--format=saved_model can have float32"),
        (
            ("--out=o", "--format=tflite", "--dtype=float32"),
            "--format=tflite can have float16 or int8",
        ),
        (("--out=o", "--format=onnx", "--jit"), "--jit is for"),
    ],
)
def test_mistakes_are_told_in_a_sentence(workdir, arguments, sentence):
    with pytest.raises(errors.UserError, match=sentence):
        _main(f"--workdir={workdir}", *arguments)


def test_without_frames_the_user_is_asked_for_some(tmp_path):
    workdir = tiny_runs.make_run(tmp_path / "run", "moved")
    with pytest.raises(errors.UserError, match="give --images or --video"):
        _main(f"--workdir={workdir}", f"--out={tmp_path}/m")
    assert not (tmp_path / "m").exists()


def test_a_file_does_not_go_where_something_is(workdir, images, tmp_path):
    (tmp_path / "m").mkdir()
    with pytest.raises(errors.UserError, match=r"m exists; delete it"):
        _main(
            f"--workdir={workdir}",
            f"--out={tmp_path}/m",
            f"--images={images}",
            "--format=tflite",
        )
