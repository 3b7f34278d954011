"""Runs small mains in processes of their own, as a user would."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tf_landmarks import command_line

_HEAD = """
import errno
import os
import sys

from absl import flags

from tf_landmarks import command_line
from tf_landmarks import errors

DATASET = flags.DEFINE_string("dataset", "none", "Which.")
STEPS = flags.DEFINE_integer("steps", 1, "How many.")
RATE = flags.DEFINE_float("rate", 1.0, "How fast.", lower_bound=0.0)
VERBOSE = flags.DEFINE_bool("verbose", False, "How loud.")
"""


def _write_main(folder, body, **run_options):
    path = folder / "program.py"
    options = "".join(f", {k}={v!r}" for k, v in run_options.items())
    path.write_text(
        f"{_HEAD}\ndef main():\n{textwrap.indent(body, '    ')}\n\n"
        f"command_line.run(main{options})\n"
    )
    return path


def _start(program, *arguments, cwd=None, **environment):
    search = os.pathsep.join(path for path in sys.path if path)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("BUILD_WORKING_DIRECTORY", "TF_CPP_MIN_LOG_LEVEL")
    }
    return subprocess.Popen(
        [sys.executable, program, *arguments],
        env={**inherited, "PYTHONPATH": search, **environment},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(*args, **kwargs):
    process = _start(*args, **kwargs)
    stdout, stderr = process.communicate(timeout=120)
    return process.returncode, stdout, stderr


def test_a_main_that_returns_ends_with_status_0(tmp_path):
    program = _write_main(tmp_path, "print(STEPS.value)")
    assert _run(program, "--steps=3") == (0, "3\n", "")


@pytest.mark.parametrize("arguments", [["x"], ["--verbose", "false"]])
def test_what_belongs_to_no_flag_is_not_passed_over(tmp_path, arguments):
    body = "print('ran')"
    status, stdout, stderr = _run(_write_main(tmp_path, body), *arguments)
    assert (status, stdout) == (1, "")
    assert stderr.startswith(f"error: {arguments[-1]} belongs to no flag; ")
    assert stderr.count("\n") == 1


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_what_is_no_number_is_told(tmp_path, number):
    program = _write_main(tmp_path, "print('ran')")
    message = f"error: --rate={number}: give a finite number.\n"
    assert _run(program, f"--rate={number}") == (1, "", message)


def test_a_user_error_is_one_line_and_status_1(tmp_path):
    program = _write_main(tmp_path, "raise errors.UserError('x is no folder.')")
    assert _run(program) == (1, "", "error: x is no folder.\n")


def test_an_error_of_ours_keeps_its_traceback(tmp_path):
    program = _write_main(tmp_path, "raise ValueError('broken')")
    status, _, stderr = _run(program)
    assert status == 1
    assert "Traceback" in stderr
    assert "ValueError: broken" in stderr


def test_a_full_disk_is_one_line_with_the_file(tmp_path):
    body = "raise OSError(errno.ENOSPC, 'full', 'runs/x')"
    status, _, stderr = _run(_write_main(tmp_path, body))
    assert status == 1
    assert stderr.startswith("error: runs/x: No space left on device; ")
    assert stderr.count("\n") == 1


def test_a_really_full_device_is_one_line(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("This system has no /dev/full.")
    body = "with open('/dev/full', 'w') as file:\n    file.write('x')"
    status, _, stderr = _run(_write_main(tmp_path, body))
    assert status == 1
    assert stderr.startswith("error: No space left on device; ")
    assert stderr.count("\n") == 1


def test_a_disk_that_tensorflow_finds_full_is_one_line_with_the_file(tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("This system has no /dev/full.")
    body = textwrap.dedent("""
        import tensorflow as tf
        with tf.io.gfile.GFile("/dev/full", "w") as file:
            file.write("x" * 10**6)
    """)
    status, _, stderr = _run(_write_main(tmp_path, body))
    assert status == 1
    assert stderr.startswith("error: /dev/full: No space left on device; ")
    assert stderr.count("\n") == 1


def test_a_forbidden_file_is_one_line_with_the_file(tmp_path):
    body = "raise PermissionError(errno.EACCES, 'no', 'runs/x')"
    status, _, stderr = _run(_write_main(tmp_path, body))
    assert status == 1
    assert stderr.startswith("error: runs/x: Permission denied; ")


def test_an_interrupt_is_a_short_line_and_status_130(tmp_path):
    body = "import time\nprint('ready', flush=True)\ntime.sleep(60)"
    process = _start(_write_main(tmp_path, body))
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == "\ninterrupted\n"


@pytest.mark.parametrize(
    "argument", ["--stpes=3", "--steps=many", "--flagfile=no/such.flags"]
)
def test_a_wrong_flag_is_told_without_a_traceback(tmp_path, argument):
    program = _write_main(tmp_path, "pass", experiment_flag="dataset")
    status, _, stderr = _run(program, argument)
    assert status == 1
    assert "Traceback" not in stderr
    assert argument.partition("=")[2] in stderr or "stpes" in stderr


def test_relative_paths_mean_the_users_folder_under_bazel_run(tmp_path):
    program = _write_main(tmp_path, "print(os.getcwd(), STEPS.value)")
    (tmp_path / "my.flags").write_text("--steps=7\n")
    status, stdout, _ = _run(
        program,
        "--flagfile=my.flags",
        cwd="/",
        BUILD_WORKING_DIRECTORY=str(tmp_path),
    )
    assert status == 0
    assert stdout == f"{tmp_path} 7\n"


def test_tensorflow_starts_silently_and_only_where_it_is_imported(tmp_path):
    body = "print('tensorflow' in sys.modules)\nimport tensorflow"
    assert _run(_write_main(tmp_path, body)) == (0, "False\n", "")


def test_progress_is_logged_as_it_is_and_warnings_by_name(tmp_path):
    body = (
        "from absl import logging\n"
        "logging.info('%d clips', 3)\nlogging.warning('odd')"
    )
    status, _, stderr = _run(_write_main(tmp_path, body))
    assert status == 0
    assert stderr == "3 clips\nwarning: odd\n"


def test_other_packages_are_heard_once_and_only_when_they_warn(tmp_path):
    program = _write_main(
        tmp_path,
        "from tensorflow.python.platform import tf_logging\n"
        "tf_logging.info('even')\ntf_logging.warning('odd')",
    )
    # As most mains do, and then TensorFlow has a log handler of its own.
    program.write_text(f"import tensorflow\n{program.read_text()}")
    status, _, stderr = _run(program, TF_CPP_MIN_LOG_LEVEL="3")
    assert status == 0
    assert stderr == "WARNING:tensorflow:odd\n"


@pytest.fixture
def experiments(tmp_path):
    """A folder of flagfiles that has demo.flags, and one outside of it."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "demo.flags").write_text("--steps=5\n")
    (tmp_path / "outside.flags").write_text("--steps=6\n")
    return folder


@pytest.mark.parametrize(
    "typed",
    [
        ["--dataset=demo"],
        ["--dataset", "demo"],
        ["-dataset=demo"],
        ["--steps=1", "--dataset=demo"],
        ["--dataset=other", "--dataset=demo"],
    ],
)
def test_the_experiments_flags_come_before_what_is_typed(experiments, typed):
    argv = command_line.with_experiment(
        ["train", *typed], "dataset", experiments
    )
    flagfile = experiments / "demo.flags"
    assert argv == ["train", f"--flagfile={flagfile}", *typed]


def test_the_experiment_may_be_named_in_a_flagfile(experiments, tmp_path):
    (tmp_path / "mine.flags").write_text("--dataset=demo\n")
    typed = [f"--flagfile={tmp_path / 'mine.flags'}"]
    argv = command_line.with_experiment(
        ["train", *typed], "dataset", experiments
    )
    flagfile = experiments / "demo.flags"
    assert argv == ["train", f"--flagfile={flagfile}", *typed]


@pytest.mark.parametrize(
    "typed",
    [
        [],
        ["--dataset"],
        ["--dataset="],
        ["--dataset=unknown"],
        ["--dataset=../outside"],
        ["--dataset=../experiments/demo"],
        ["--dataset=.."],
        ["--dataset2=demo"],
        ["--", "--dataset=demo"],
        ["--flagfile=no/such.flags", "--dataset=demo"],
    ],
)
def test_the_command_line_stays_where_no_experiment_fits(experiments, typed):
    argv = command_line.with_experiment(
        ["train", *typed], "dataset", experiments
    )
    assert argv == ["train", *typed]


def test_what_is_typed_wins_over_the_experiment(experiments, tmp_path):
    argv = command_line.with_experiment(
        ["train", "--dataset=demo"], "dataset", experiments
    )
    program = _write_main(tmp_path, "print(DATASET.value, STEPS.value)")
    assert _run(program, *argv[1:])[1] == "demo 5\n"
    assert _run(program, *argv[1:], "--steps=9")[1] == "demo 9\n"
