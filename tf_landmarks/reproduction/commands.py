"""Commands of this project, as a user types them, in processes of their own."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO
from typing import NamedTuple

from absl import flags

from tf_landmarks import command_line
from tf_landmarks import errors

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Settings = dict[str, str]


class Command(NamedTuple):
    """A main and its flags.

    Attributes:
      main: "prepare", "train" or "evaluate".
      arguments: its flags, each `--name=value`, `--name` or `--noname`.
    """

    main: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        """What to type, the way that this program was started."""
        typed = shlex.join(self.arguments)
        if "BUILD_WORKING_DIRECTORY" in os.environ:
            return f"bazel run //tf_landmarks:{self.main} -- {typed}"
        return f"python -m tf_landmarks.{self.main} {typed}"

    def settings(self) -> Settings:
        """The value of each flag, those of flagfiles included.

        These are what was written, without the defaults of the others; "" is
        the value of `--name`, and `--noname` is the flag `noname`.
        """
        argv = [self.main, *self.arguments]
        if self.main == "train":  # as its main does
            argv = command_line.with_experiment(
                argv, "dataset", command_line.EXPERIMENTS
            )
        try:
            arguments = flags.FLAGS.read_flags_from_files(argv[1:])
        except flags.Error as error:
            raise errors.UserError(
                f"{error}; start this in the folder of the project, where "
                "flags/experiments is"
            ) from error
        split = (argument.lstrip("-").partition("=") for argument in arguments)
        return {name: value for name, _, value in split}

    def run(self, output: IO | None = None) -> None:
        """Runs it to its end.

        A signal that comes meanwhile goes on to the command, which saves what
        it has: subprocess.run would kill it a quarter of a second later.

        Args:
          output: where what it says goes; None: where ours goes.

        Raises:
          errors.UserError: it failed, and has said why.
          KeyboardInterrupt: a signal ended it.
        """
        # Not -m alone: that would take what is in the working directory.
        program = [sys.executable, "-P", "-m", f"tf_landmarks.{self.main}"]
        search = os.pathsep.join(path for path in sys.path if path)
        sys.stdout.flush()
        with _signals_passed_on() as passing:
            passing.process = subprocess.Popen(
                [*program, *self.arguments],
                env=os.environ | {"PYTHONPATH": search},
                stdout=output,
                stderr=output,
                # Else Ctrl-C reaches it twice, and the second kills it.
                process_group=0,
            )
            passing.catch_up()
            status = passing.process.wait()
        if passing.received:
            raise KeyboardInterrupt(
                f"stopped by {passing.received}; the same command goes on "
                "from there"
            )
        if status:
            raise errors.UserError(_explain(self.main, status))


def _explain(main: str, status: int) -> str:
    if status < 0:
        name = signal.Signals(-status).name
        return (
            f"{main} was killed by {name}, which is what happens where memory "
            "runs out; the same command goes on from there"
        )
    return (
        f"{main} ended with status {status}, and has said why; the same "
        "command goes on from there"
    )


class _Passing:
    """Gives signals to a process.

    Attributes:
      process: to give them to; None: not there yet.
      received: name of the last signal, or "".
    """

    def __init__(self):
        self.process: subprocess.Popen | None = None
        self.received = ""
        self._early: int | None = None

    def __call__(self, number: int, frame) -> None:
        self.received = signal.Signals(number).name
        if self.process is None:
            self._early = number
            return
        with contextlib.suppress(ProcessLookupError):
            # Mains save at SIGTERM, but do not know SIGHUP.
            known = signal.SIGTERM if number == signal.SIGHUP else number
            os.killpg(self.process.pid, known)

    def catch_up(self) -> None:
        """Gives on what came before the process was there."""
        if self._early is not None:  # a second one would kill it
            self(self._early, None)


@contextlib.contextmanager
def _signals_passed_on() -> Iterator[_Passing]:
    passing = _Passing()
    # nohup has SIGHUP ignored, and that is to stay so.
    heard = [n for n in _SIGNALS if signal.getsignal(n) != signal.SIG_IGN]
    before = {n: signal.signal(n, passing) for n in heard}
    try:
        yield passing
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
