import os
import pathlib
import subprocess
import sys

import pytest

from tf_landmarks import errors
from tf_landmarks import shipped


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").touch()
    (tmp_path / "no_run").mkdir()
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    return tmp_path


def test_a_detector_is_found_by_its_name(folder):
    assert shipped.names() == ["a", "b"]
    assert shipped.chosen(None, "a") == str(folder / "a")
    assert shipped.chosen("runs/mine", None) == "runs/mine"


@pytest.mark.parametrize("name", ["c", "no_run", "../b", "", "."])
def test_the_names_that_there_are_are_told(folder, name):
    with pytest.raises(errors.UserError, match=r"what does: a, b$"):
        shipped.workdir(name)


@pytest.mark.parametrize("given", [(None, None), ("w", "a")])
def test_it_is_either_a_run_or_a_name(folder, given):
    with pytest.raises(errors.UserError, match="either --workdir"):
        shipped.chosen(*given)


def test_without_any_one_is_told_to_train(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "none")
    with pytest.raises(errors.UserError, match="none yet"):
        shipped.workdir("a")


def test_the_folder_is_the_same_from_everywhere(tmp_path):
    root = pathlib.Path(shipped.__file__).absolute().parent.parent
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "from tf_landmarks import shipped as s\nprint(s.FOLDER)",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert found.strip() == str(root / "tf_landmarks" / "pretrained")
