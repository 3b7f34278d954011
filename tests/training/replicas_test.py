import os
import subprocess
import sys

import numpy as np
import pytest

from tests import tiny_runs
from tests.training import replicas_program


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    """What training on one CPU and on two logical ones ends with."""
    folder = tmp_path_factory.mktemp("replicas")
    data_dir = tiny_runs.make_data(folder / "tiny")
    # The number of logical CPUs is fixed once TensorFlow has started.
    subprocess.run(
        [
            sys.executable,
            replicas_program.__file__,
            data_dir,
            "2",
            str(folder / "two.npz"),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    one = replicas_program.train(data_dir, ["CPU:0"])
    with np.load(folder / "two.npz") as two:
        return one, dict(two)


def _difference(a, b):
    """Relative, of all elements together."""
    return np.linalg.norm(a - b) / (np.linalg.norm(b) + 1e-12)


def test_two_replicas_take_the_step_of_one(ends):
    """Weights, statistics, moments of the gradients, pool, running means."""
    one, two = ends
    assert one.keys() == two.keys()
    compared = 0
    for name in one:
        # The gradient of a bias before instance norm is rounding, and Adam
        # brings it to the size of the others.
        idle = "bias" in name and ("eta" in name or "d_y" in name)
        if name.startswith("1/") and not idle:
            assert _difference(two[name], one[name]) < 2e-3, name
            compared += 1
    assert compared > 200


def test_two_replicas_stay_beside_one(ends):
    """A small difference grows with the updates, so only losses and pool."""
    one, two = ends
    for name in one:
        if name.startswith(("3/loss/", "3/pool/", "3/perceptual_scale/")):
            assert _difference(two[name], one[name]) < 1e-2, name


def test_the_pool_has_exchanged_images(ends):
    one, _ = ends
    images = next(n for n in one if n.startswith("3/pool") and one[n].ndim == 4)
    before = one[images.replace("3/", "1/", 1)]
    changed = np.any(one[images] != before, axis=(1, 2, 3))
    assert 0 < changed.sum() <= 4
