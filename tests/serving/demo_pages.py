"""The demo page as a process of its own."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.serving import server_processes


def start(*arguments: str) -> subprocess.Popen:
    """Starts the main; what it prints and says is its `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-m", "serving.demo_page", *arguments],
        env=server_processes.ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def serve(rest_port: int, model: str) -> Iterator[str]:
    """Serves a model's page on a port that is free; its address, without /."""
    page = start(
        f"--rest_server=127.0.0.1:{rest_port}", f"--model={model}", "--port=0"
    )
    try:
        line = page.stdout.readline()
        ready = re.match(r"ready: (http://[\d.:]+)/ ", line)
        assert ready, line + page.stdout.read()
        yield ready[1]
    finally:
        page.terminate()
        assert page.wait(timeout=60) == 0
        page.stdout.close()
