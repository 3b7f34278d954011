"""What every main of this folder does around its own work."""

import os
import sys
from collections.abc import Callable

from absl import app
from absl import logging

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


class UserError(Exception):
    """A mistake of the user's: one sentence that says what to do."""


def run(main: Callable[[], int | None]) -> None:
    """Parses the flags, calls `main` and ends the process.

    Relative paths mean what the user typed, under `bazel run` too. What
    `main` returns is the exit status. A `UserError` and a file that cannot be
    used are told in one line on stderr, with exit status 1; an interrupt ends
    with 130.
    """
    if "BUILD_WORKING_DIRECTORY" in os.environ:
        os.chdir(os.environ["BUILD_WORKING_DIRECTORY"])
    logging.set_verbosity(logging.INFO)
    app.run(lambda argv: _explain_errors(main, argv))


def _explain_errors(main: Callable[[], int | None], argv: list[str]) -> int:
    try:
        if len(argv) > 1:
            raise UserError(f"{argv[1]} belongs to no flag; write --flag=value")
        return main() or 0
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except (UserError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
