import os
import signal
import subprocess
import sys

import pytest

from tf_landmarks import errors
from tf_landmarks import staging


def test_files_appear_once_all_are_written(tmp_path):
    with staging.staged(str(tmp_path / "out"), "out") as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text("a")
        assert not (tmp_path / "out" / "sub").exists()
    assert (tmp_path / "out" / "sub" / "a").read_text() == "a"
    assert os.listdir(tmp_path / "out") == ["sub"]


def test_older_results_are_replaced_and_other_files_kept(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").write_text("other")
    with staging.staged(str(tmp_path), "out") as folder:
        (folder / "a").write_text("new")
    assert (tmp_path / "a").read_text() == "new"
    assert (tmp_path / "b").read_text() == "other"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_what_was_there(tmp_path, error):
    (tmp_path / "a").write_text("old")
    with pytest.raises(error), staging.staged(str(tmp_path), "out") as folder:
        (folder / "a").write_text("half")
        raise error
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_what_a_killed_process_left_is_not_taken_for_a_result(tmp_path):
    program = (
        "import os, signal, sys\n"
        "from tf_landmarks import staging\n"
        "with staging.staged(sys.argv[1], 'out') as folder:\n"
        "    (folder / 'half').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "half").exists()
    with staging.staged(str(tmp_path), "out") as folder:
        (folder / "whole").write_text("whole")
    assert os.listdir(tmp_path) == ["whole"]


def test_a_folder_is_on_disk_before_it_appears(tmp_path, monkeypatch):
    out, flushed = tmp_path / "out", set()

    def fsync(number):
        assert not out.exists()
        flushed.add(os.fstat(number).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    with staging.new_folder(str(out), "out") as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text("a")
    paths = (out, out / "sub", out / "sub" / "a")
    assert flushed == {path.stat().st_ino for path in paths}


def test_two_processes_do_not_write_at_once(tmp_path):
    with staging.staged(str(tmp_path), "out") as folder:
        (folder / "a").write_text("a")
        with (
            pytest.raises(errors.UserError, match="another process"),
            staging.staged(str(tmp_path), "out"),
        ):
            pass
    assert os.listdir(tmp_path) == ["a"]


def test_two_processes_may_write_two_files_beside_each_other(tmp_path):
    files = [str(tmp_path / name) for name in ("a.png", "b.png")]
    with (
        staging.staged_beside(files[0], "out") as first,
        staging.staged_beside(files[1], "out") as second,
    ):
        (first / "a.png").write_text("a")
        (first / "a.json").write_text("{}")
        (second / "b.png").write_text("b")
        with (
            pytest.raises(errors.UserError, match="another process"),
            staging.staged_beside(files[0], "out"),
        ):
            pass
    assert sorted(os.listdir(tmp_path)) == ["a.json", "a.png", "b.png"]


def test_a_folder_that_cannot_be_is_the_users_mistake(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(errors.UserError, match=f"--out={tmp_path}/file/out"),
        staging.staged(f"{tmp_path}/file/out", "out"),
    ):
        pass


def test_an_error_leaves_no_new_folders(tmp_path):
    with (
        pytest.raises(ValueError),
        staging.staged(str(tmp_path / "new" / "out"), "out"),
    ):
        raise ValueError
    assert not os.listdir(tmp_path)


def test_the_folder_of_another_process_is_not_deleted(tmp_path):
    """It may take the place of ours, once ours was renamed."""
    path = tmp_path / "hidden"
    with staging.hidden_folder(path, "--out=hidden") as folder:
        folder.rename(tmp_path / "ours")
        path.mkdir()
        (path / "theirs").touch()
    assert os.listdir(path) == ["theirs"]
    assert (tmp_path / "ours").exists()


def test_a_locked_folder_is_of_one_process(tmp_path):
    path = tmp_path / "new" / "run"
    with staging.locked(path, "--workdir=run"):
        with (
            pytest.raises(errors.UserError, match="--workdir=run: another"),
            staging.locked(path, "--workdir=run"),
        ):
            pass
        assert path.is_dir()
    assert not os.listdir(tmp_path)
