"""What every main does around its own work.

Import this before anything that imports TensorFlow: it silences TensorFlow's
C++ start-up messages, which nobody can act on.
"""

import errno
import logging as standard_logging
import math
import os
import pathlib
import re
import sys
from collections.abc import Callable
from collections.abc import Sequence

from absl import app
from absl import flags
from absl import logging

from tf_landmarks import errors

# Level 2 would leave three lines about CUDA that TensorFlow 2.15 calls errors.
# What is wrong comes as a Python exception too.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Not resolved: under Bazel this is the runfiles, where the flagfiles are too.
EXPERIMENTS = (
    pathlib.Path(__file__).absolute().parent.parent / "flags" / "experiments"
)

_SITE_PACKAGES = str(pathlib.Path(app.__file__).parent.parent)

_NO_SPACE = os.strerror(errno.ENOSPC)

_WHAT_TO_DO = {
    errno.ENOSPC: "free some space, or choose a folder on another disk",
    errno.EDQUOT: "free some space, or choose a folder on another disk",
    errno.EACCES: "change its permissions, or choose another path",
    errno.EPERM: "change its permissions, or choose another path",
    errno.ENOTDIR: "choose another path",
    errno.EROFS: "choose a folder on another disk",
}


def run(main: Callable[[], None], experiment_flag: str | None = None) -> None:
    """Parses the flags, calls `main` and ends the process.

    Relative paths mean what the user typed: `bazel run` starts a program in
    its runfiles, so the working directory is set back first.

    A `UserError`, a full disk or a file that may not be read or written is
    told in one line on stderr, with exit status 1. An interrupt ends with 130.

    Args:
      main: the program; all that a user can give it are flags.
      experiment_flag: the flag whose value NAME makes
        `flags/experiments/NAME.flags` be read before all other flags.
    """
    if "BUILD_WORKING_DIRECTORY" in os.environ:
        os.chdir(os.environ["BUILD_WORKING_DIRECTORY"])
    _show_progress()
    argv = sys.argv
    if experiment_flag:
        argv = with_experiment(argv, experiment_flag, EXPERIMENTS)
    app.run(lambda rest: _explain_errors(main, rest), argv=argv)


def with_experiment(
    argv: Sequence[str], flag: str, folder: pathlib.Path
) -> list[str]:
    """Puts the flagfile of an experiment first, so that later flags win.

    Args:
      argv: program name and arguments; `--flag` may stand in a flagfile too.
      flag: its last value NAME names the experiment.
      folder: where NAME.flags is looked for; no NAME leads out of it.

    Returns:
      `argv`, with `--flagfile=folder/NAME.flags` inserted where that exists.
    """
    try:
        arguments = flags.FLAGS.read_flags_from_files(list(argv[1:]))
    except flags.Error:
        return list(argv)  # app.run meets the same error, and tells it.
    name = _last_value(arguments, flag)
    flagfile = folder / f"{name}.flags"
    # A plain file name and nothing else: no separators, no "..".
    if not re.fullmatch(r"\w[\w.-]*", name) or not flagfile.is_file():
        return list(argv)
    return [argv[0], f"--flagfile={flagfile}", *argv[1:]]


def _last_value(arguments: Sequence[str], flag: str) -> str:
    value = ""
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        name, equals, after = argument.partition("=")
        if name in (f"--{flag}", f"-{flag}"):
            value = after if equals else "".join(arguments[i + 1 : i + 2])
    return value


def _explain_errors(main: Callable[[], None], argv: Sequence[str]) -> int:
    try:
        _check_no_rest(argv)
        _check_finite()
        main()
    except KeyboardInterrupt as interrupt:
        print(f"\n{str(interrupt) or 'interrupted'}", file=sys.stderr)
        return 130
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(f"error: {sentence}", file=sys.stderr)
        return 1
    return 0


def _check_no_rest(argv: Sequence[str]) -> None:
    if len(argv) > 1:
        raise errors.UserError(
            f"{argv[1]} belongs to no flag; write --flag=value, a pattern in "
            "quotes (--images='frames/*.jpg'), and --noflag for false."
        )


def _check_finite() -> None:
    """No bound of a flag refuses NaN, and most let infinity pass."""
    for name, value in flags.FLAGS.flag_values_dict().items():
        if isinstance(value, float) and not math.isfinite(value):
            raise errors.UserError(f"--{name}={value}: give a finite number.")


def _sentence(error: Exception) -> str | None:
    """What to tell the user, or None for an error that is ours."""
    if isinstance(error, errors.UserError):
        return str(error)
    if isinstance(error, OSError) and error.errno in _WHAT_TO_DO:
        where = f"{error.filename}: " if error.filename else ""
        what_to_do = _WHAT_TO_DO[error.errno]
        return f"{where}{os.strerror(error.errno)}; {what_to_do}."
    if _NO_SPACE in str(error):
        # tf.errors.*, "FILE; No space left on device", and HDF5's OSError.
        found = re.search(rf"(\S+); {_NO_SPACE}", str(error))
        where = f"{found[1]}: " if found else ""
        return f"{where}{_NO_SPACE}; {_WHAT_TO_DO[errno.ENOSPC]}."
    return None


def _show_progress() -> None:
    """Logs our progress as plain lines, and of others only the warnings."""
    logging.set_verbosity(logging.INFO)
    standard_logging.getLogger("tensorflow").setLevel(standard_logging.WARNING)
    handler = logging.get_absl_handler()
    handler.setFormatter(_PlainFormatter())
    handler.addFilter(_is_wanted)


def _is_wanted(record: standard_logging.LogRecord) -> bool:
    # TensorFlow's own handler has shown these already.
    if record.name == "tensorflow":
        return not standard_logging.getLogger("tensorflow").handlers
    theirs = record.pathname.startswith(_SITE_PACKAGES)
    return not theirs or record.levelno >= standard_logging.WARNING


class _PlainFormatter(standard_logging.Formatter):
    """What a user reads: progress as it is, warnings and errors named."""

    def format(self, record: standard_logging.LogRecord) -> str:
        message = super().format(record)
        if record.levelno >= standard_logging.WARNING:
            return f"{record.levelname.lower()}: {message}"
        return message
