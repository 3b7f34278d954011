"""The server that the tests of the protocol run against.

The local server, in the test's process. Where `tensorflow_model_server` is on
the PATH, that. With Bazel's --test_arg=--tf_serving=HOST:PORT, or with
TF_SERVING=HOST:PORT in the environment, what listens there: it must serve the
tests' model (see `export_model.py`), with batching as in
serving/batching_parameters.txt; --tf_serving_rest or TF_SERVING_REST is its
REST API.
"""

import contextlib
import os
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.serving import exported_models
from tests.serving import server_processes

VERSION = 1


class Target(NamedTuple):
    """A server that serves the tests' model.

    Attributes:
      address: HOST:PORT of gRPC.
      rest_address: of REST; None: not known.
      is_ours: whether it is the local server, so that its words are known.
    """

    address: str
    rest_address: str | None
    is_ours: bool

    def needs_ours(self, reason: str) -> None:
        """Skips the test where the server is another.

        Args:
          reason: in what the other differs.
        """
        if not self.is_ours:
            pytest.skip(f"only of the local server: {reason}")


@contextlib.contextmanager
def serve(folder: pathlib.Path) -> Iterator[Target]:
    """Serves the tests' model.

    Args:
      folder: to put it in, where it is not served already.
    """
    if "TF_SERVING" in os.environ:
        rest = os.environ.get("TF_SERVING_REST")
        yield Target(os.environ["TF_SERVING"], rest, is_ours=False)
        return
    base_path = folder / exported_models.NAME
    exported_models.add_version(base_path, VERSION)
    if server_processes.TF_SERVING:
        with server_processes.start_tf_serving(base_path) as running:
            yield _target(running, is_ours=False)
        return
    running = exported_models.serve(base_path)
    yield _target(running, is_ours=True)
    running.stop()


def _target(running, is_ours: bool) -> Target:
    return Target(
        f"127.0.0.1:{running.port}", f"127.0.0.1:{running.rest_port}", is_ours
    )
