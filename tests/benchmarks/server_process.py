"""The server that is measured: TF-Serving's own, or else the local one."""

import contextlib
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

from tests.serving import server_processes


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
        return server_processes.resident_megabytes(self.pid)


@contextlib.contextmanager
def running(
    base_path: pathlib.Path, batching_file: pathlib.Path
) -> Iterator[ServerProcess]:
    """Serves a model, under its folder's name, as long as the context lasts.

    Args:
      base_path: folder of its versions.
      batching_file: batching parameters.
    """
    flags = (
        f"--batching_parameters_file={batching_file}",
        "--enable_model_warmup",
    )
    if server_processes.TF_SERVING:
        program = "tensorflow_model_server"
        started = server_processes.start_tf_serving(base_path, *flags)
    else:
        program = "local server"
        started = server_processes.start(base_path, *flags)
    with started:
        address = f"127.0.0.1:{started.port}"
        yield ServerProcess(program, address, started.process.pid)
