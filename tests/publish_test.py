"""From a finished run to a detector that detects by its name."""

import functools
import json

import numpy as np
import pytest
from PIL import Image

from tests import tiny_runs
from tf_landmarks import detect
from tf_landmarks import errors
from tf_landmarks import evaluate
from tf_landmarks import publish
from tf_landmarks import shipped

_main = functools.partial(tiny_runs.run_main, publish.main)
_detect = functools.partial(tiny_runs.run_main, detect.main)
_evaluate = functools.partial(tiny_runs.run_main, evaluate.main)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tiny_runs.make_data(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def workdir(tmp_path_factory, data_dir):
    folder = tmp_path_factory.mktemp("run") / "mine"
    return tiny_runs.make_evaluated_run(folder, data_dir)


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory, workdir):
    folder = tmp_path_factory.mktemp("pretrained")
    _main(f"--workdir={workdir}", f"--out={folder}/puppets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped, "FOLDER", folder)
        yield folder / "puppets"


def test_it_detects_as_the_run_does(pretrained, workdir, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    results = []
    for i, flag in enumerate((f"--workdir={workdir}", "--pretrained=puppets")):
        out = tmp_path / str(i)
        _detect(flag, f"--images={tmp_path}/a.png", f"--out={out}")
        results.append((out / "detections.csv").read_text())
    assert results[0] == results[1]


def test_it_is_evaluated_as_the_run_was(pretrained, data_dir, tmp_path):
    before = sorted(path.name for path in pretrained.iterdir())
    out = tmp_path / "out"
    _evaluate("--pretrained=puppets", f"--data_dir={data_dir}", f"--out={out}")
    evaluated = json.loads((out / "metrics.json").read_text())
    assert evaluated == json.loads((pretrained / "metrics.json").read_text())
    assert sorted(path.name for path in pretrained.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--out=o",), "--data_dir is missing.* --image_size=32"),
        (("--data_dir=d",), "needs --out"),
    ],
)
def test_what_it_cannot_know_is_asked_for(pretrained, arguments, sentence):
    with pytest.raises(errors.UserError, match=sentence):
        _evaluate("--pretrained=puppets", *arguments)


def test_both_folders_are_needed():
    with pytest.raises(errors.UserError, match="publish needs --workdir"):
        _main("--workdir=w")
