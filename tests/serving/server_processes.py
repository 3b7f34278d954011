"""Servers as processes of their own, which can be killed and measured."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

import grpc

from serving import channels
from serving import messages

BATCHING = (
    pathlib.Path(__file__).absolute().parents[2]
    / "serving/batching_parameters.txt"
)
TF_SERVING = shutil.which("tensorflow_model_server")

# Of processes that run the project's mains.
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

_SECONDS_TO_START = 300


class Process:
    """A server that runs; leaving the context kills it.

    Attributes:
      port: of gRPC.
      rest_port: of REST.
      process: that runs it.
    """

    def __init__(
        self, command: list[str], port: int, rest_port: int, **options
    ):
        """Starts it.

        Args:
          command: of the server, without its ports.
          port: of gRPC.
          rest_port: of REST.
          options: of `subprocess.Popen`.
        """
        ports = [f"--port={port}", f"--rest_api_port={rest_port}"]
        self.port, self.rest_port = port, rest_port
        self.process = subprocess.Popen([*command, *ports], **options)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *error) -> None:
        self.kill()

    def kill(self) -> None:
        """Ends it at once: SIGKILL."""
        self.process.kill()
        self.process.communicate()


def resident_megabytes(pid: int) -> float:
    """Memory of a process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    (line,) = (x for x in status.splitlines() if x.startswith("VmRSS:"))
    return int(line.split()[1]) / 1e3


def start(base_path: pathlib.Path, *flags: str, port: int = 0) -> Process:
    """The local server with batching and no warm-up, once it is ready."""
    return start_plain(
        base_path,
        "--noenable_model_warmup",
        *_batching_flags(),
        *flags,
        port=port,
    )


def start_plain(base_path: pathlib.Path, *flags: str, port: int = 0) -> Process:
    """The local server with these flags only, once it is ready."""
    process = Process(
        [
            sys.executable,
            "-m",
            "serving.local_server",
            f"--model_base_path={base_path}",
            *flags,
        ],
        port,
        0,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    ready = process.process.stdout.readline()
    match = re.fullmatch(r"ready: .*:(\d+), REST on (\d+)\n", ready)
    assert match, f"it did not start: {ready!r}"
    process.port, process.rest_port = map(int, match.groups())
    return process


def start_tf_serving(base_path: pathlib.Path, *flags: str) -> Process:
    """TensorFlow's own server, once it has loaded the model."""
    process = Process(
        [
            TF_SERVING,
            f"--model_name={base_path.name}",
            f"--model_base_path={base_path}",
            *_batching_flags(),
            *flags,
        ],
        _free_port(),
        _free_port(),
    )
    try:
        _wait_for_model(f"127.0.0.1:{process.port}", base_path.name)
    except BaseException:
        process.kill()
        raise
    return process


def _batching_flags() -> list[str]:
    return ["--enable_batching", f"--batching_parameters_file={BATCHING}"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for_model(address: str, name: str) -> None:
    request = messages.status_request(messages.Model(name))
    end = time.monotonic() + _SECONDS_TO_START
    with channels.connect(address) as channel:
        ask = channels.calls(channel).status
        while True:
            try:
                states = messages.read_status(ask(request, timeout=5))
            except grpc.RpcError:
                states = []
            if any(each.state == "AVAILABLE" for each in states):
                return
            assert time.monotonic() < end, f"no model at {address}: {states}"
            time.sleep(0.2)
