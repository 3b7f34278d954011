"""The commands of docs/serving.md, as they are written there."""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Mapping

from tests.serving import server_processes

_DOCUMENT = pathlib.Path(__file__).absolute().parents[2] / "docs/serving.md"

_BASH = ("bash", "-euo", "pipefail", "-c")

# Programs that came with Python packages are found too, and ours by Python.
ENVIRONMENT = server_processes.ENVIRONMENT | {
    "PATH": os.pathsep.join(
        [os.path.dirname(sys.executable), os.environ["PATH"]]
    ),
}


def commands(section: str) -> list[str]:
    """The blocks of a section that are marked as `sh`, in order."""
    parts = re.split(r"^## (.*)\n", _DOCUMENT.read_text(), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return re.findall(r"^```sh\n(.*?)^```", sections[section], re.M | re.S)


def run(command: str, folder: pathlib.Path, replaced: Mapping[str, str]) -> str:
    """Runs commands in a folder, and returns what they print.

    `bazel run //FOLDER:NAME --` is done by Python itself.

    Args:
      command: one block or several.
      folder: that they run in.
      replaced: what is to stand in them for addresses and names.

    Raises:
      AssertionError: a command failed.
    """
    command = _adapted(command, replaced)
    done = subprocess.run(
        [*_BASH, command],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert not done.returncode, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextlib.contextmanager
def start(
    command: str, folder: pathlib.Path, replaced: Mapping[str, str]
) -> Iterator[subprocess.Popen]:
    """A command that goes on, until the context is left; see `run`."""
    command = f"exec {_adapted(command, replaced)}"
    with subprocess.Popen(
        [*_BASH, command],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _adapted(command: str, replaced: Mapping[str, str]) -> str:
    bazel = r"bazel run //(\w+):(\w+) --"
    command = re.sub(bazel, rf"{sys.executable} -m \1.\2", command)
    for old, new in replaced.items():
        command = command.replace(old, new)
    return command
