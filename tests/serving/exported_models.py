"""An exported tiny detector, and a server of it, for the tests of serving."""

import functools
import pathlib
import shutil
import tempfile

import numpy as np

from serving.local import batching
from serving.local import model_versions
from serving.local import server
from tests import tiny_runs
from tf_landmarks.exporting import exporter

NAME = "puppets"
IMAGES = np.random.default_rng(0).integers(0, 256, (3, 40, 50, 3), np.uint8)

BATCHING = batching.Parameters(
    max_batch_size=32, allowed_batch_sizes=(1, 8, 32)
)


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory:
    """A folder that goes with the process."""
    return tempfile.TemporaryDirectory()


@functools.cache
def _version() -> pathlib.Path:
    """The folder of a version, made once."""
    folder = pathlib.Path(_scratch().name)
    data_dir = tiny_runs.make_data(folder / "data")
    workdir = tiny_runs.make_evaluated_run(folder / "run", data_dir)
    exported = exporter.export_saved_model(
        workdir, str(folder / NAME), list(IMAGES)
    )
    return pathlib.Path(exported.folder)


def add_version(base_path: pathlib.Path, number: int) -> pathlib.Path:
    """Puts a version of the model into a folder, as an export does."""
    base_path.mkdir(parents=True, exist_ok=True)
    hidden = base_path / f".{number}.partial"
    shutil.copytree(_version(), hidden)
    return hidden.rename(base_path / str(number))


def serve(base_path: pathlib.Path, **options) -> server.Server:
    """Serves a folder of versions on ports that are free."""
    chosen = {
        "port": 0,
        "rest_port": 0,
        "batch": BATCHING,
        "poll_seconds": 0.1,
        "warm_up": False,
        "prometheus_path": "/monitoring/prometheus/metrics",
    }
    return server.Server(
        [model_versions.Settings(NAME, base_path)],
        server.Options(**chosen | options),
    )
