import signal
import subprocess
import sys

import pytest

from tf_landmarks import errors
from tf_landmarks.reproduction import commands


def test_flagfiles_are_read_and_what_is_typed_wins(tmp_path):
    flagfile = tmp_path / "a.flags"
    flagfile.write_text("# A remark.\n--train_steps=3\n--augment\n--width=4\n")
    arguments = (f"--flagfile={flagfile}", "--width=8", "--noaugment")
    assert commands.Command("train", arguments).settings() == {
        "train_steps": "3",
        "augment": "",
        "noaugment": "",
        "width": "8",
    }


def test_train_reads_its_datasets_recipe_first():
    arguments = ("--dataset=avatars", "--train_steps=7")
    settings = commands.Command("train", arguments).settings()
    assert settings["train_steps"] == "7"
    assert settings["skeleton_steps"] == "4000"  # of avatars.flags
    assert commands.Command("evaluate", arguments).settings() == {
        "dataset": "avatars",
        "train_steps": "7",
    }


def test_a_flagfile_that_is_not_there_is_named():
    command = commands.Command("train", ("--flagfile=nowhere.flags",))
    with pytest.raises(errors.UserError, match=r"nowhere\.flags.*start this"):
        command.settings()


def test_commands_are_told_as_this_one_was_typed(monkeypatch):
    command = commands.Command("train", ("--workdir=my runs",))
    monkeypatch.delenv("BUILD_WORKING_DIRECTORY", raising=False)
    assert str(command) == "python -m tf_landmarks.train '--workdir=my runs'"
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", "/project")
    assert str(command) == (
        "bazel run //tf_landmarks:train -- '--workdir=my runs'"
    )


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A `tf_landmarks.train` that tells what a hang-up would do to it."""
    package = tmp_path / "tf_landmarks"
    package.mkdir()
    (package / "train.py").write_text(
        "import signal\n"
        "print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)\n"
    )
    (package / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return commands.Command("train", ())


@pytest.mark.parametrize("is_ignored", [True, False])
def test_a_hang_up_that_is_ignored_stays_so(program, tmp_path, is_ignored):
    heard = []
    handler = signal.SIG_IGN if is_ignored else lambda *_: heard.append(1)
    before = signal.signal(signal.SIGHUP, handler)
    try:
        with open(tmp_path / "said", "w") as output:
            program.run(output)
        assert (tmp_path / "said").read_text() == f"{is_ignored}\n"
        assert signal.getsignal(signal.SIGHUP) == handler
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_before_the_process_is_there_reaches_it(
    program, tmp_path, monkeypatch
):
    ended = tmp_path / "ended"
    (tmp_path / "tf_landmarks/train.py").write_text(
        f"import time\ntime.sleep(5)\nopen({str(ended)!r}, 'w')\n"
    )
    start = subprocess.Popen

    def start_late(*args, **kwargs):
        signal.raise_signal(signal.SIGTERM)
        return start(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", start_late)
    with pytest.raises(KeyboardInterrupt, match="stopped by SIGTERM"):
        program.run()
    assert not ended.exists()
