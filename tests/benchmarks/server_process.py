"""A server in a process of its own: TF-Serving's, or else the local one."""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from serving import client
from serving import messages

NAME = "measured"  # of the model

# What the repository ships.
BATCHING_FILE = (
    pathlib.Path(__file__).absolute().parents[2]
    / "serving"
    / "batching_parameters.txt"
)

_TF_SERVING = "tensorflow_model_server"
_PATIENCE = 300.0  # seconds for a model to be loaded and warmed up


class ServerProcess(NamedTuple):
    """A server that has its model.

    Attributes:
      program: what it is, for tables.
      address: HOST:PORT.
      pid: of the process; None where somebody else started it.
    """

    program: str
    address: str
    pid: int | None

    def megabytes(self) -> float:
        """Resident memory of the process."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (x for x in status.splitlines() if x.startswith("VmRSS:"))
        return int(line.split()[1]) / 1e3


@contextlib.contextmanager
def running(
    base_path: str, batching_file: pathlib.Path
) -> Iterator[ServerProcess]:
    """Serves a model as long as the context lasts.

    Args:
      base_path: folder of its versions.
      batching_file: batching parameters.

    Raises:
      RuntimeError: the server ended, or does not have the model in time.
    """
    program, start = _program()
    port = _free_port()
    command = [
        *start,
        f"--port={port}",
        f"--model_name={NAME}",
        f"--model_base_path={pathlib.Path(base_path).absolute()}",
        "--enable_batching",
        f"--batching_parameters_file={batching_file}",
    ]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            address = f"127.0.0.1:{port}"
            _wait(process, address)
            yield ServerProcess(program, address, process.pid)
        finally:
            process.terminate()


def _program() -> tuple[str, Sequence[str]]:
    if path := shutil.which(_TF_SERVING):
        return _TF_SERVING, [path]
    return "local server", [sys.executable, "-m", "serving.local_server"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(process: subprocess.Popen, address: str) -> None:
    end = time.monotonic() + _PATIENCE
    with client.Client(address, messages.Model(NAME)) as asked:
        while not _has_model(asked):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(
                    f"{' '.join(process.args)} has no model to serve"
                )
            time.sleep(0.2)


def _has_model(asked: client.Client) -> bool:
    try:
        return any(each.state == "AVAILABLE" for each in asked.status())
    except messages.ServingError:
        return False
