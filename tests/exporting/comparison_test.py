import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks.exporting import comparison
from tf_landmarks.exporting import networks as exported_networks

_SIZE = tiny_runs.SIZE
_FRAMES = [
    np.random.default_rng(seed).integers(0, 256, (_SIZE, _SIZE, 3), np.uint8)
    for seed in range(3)
]


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "mine"
    tiny_runs.make_run(folder)
    return exported_networks.load(str(folder), "step", "float32")


def _check(networks, change):
    """Compares the networks with themselves, one frame's results changed."""

    def run(images):
        found = networks.trained(images / np.float32(127.5) - 1)
        keypoints = (found.keypoints.numpy() + 1) * (_SIZE - 1) / 2
        confidence = found.confidence.numpy()
        if (images[0] == _FRAMES[1]).all():
            change(keypoints, confidence)
        return keypoints, confidence

    return comparison.check(run, networks, _FRAMES, "int8", "the detector")


def test_the_largest_distance_counts_in_percent_of_the_image(networks):
    def move(keypoints, confidence):
        keypoints[0, 1] += np.array([3, 4]) * _SIZE / 500

    np.testing.assert_allclose(_check(networks, move), 1.0, atol=1e-3)


def test_what_moves_keypoints_too_far_is_refused(networks):
    def move(keypoints, confidence):
        keypoints[0, 1, 0] += 0.06 * _SIZE

    with pytest.raises(errors.UserError, match=r"by up to 6\.00% .* another"):
        _check(networks, move)


@pytest.mark.parametrize("number", [np.nan, np.inf])
@pytest.mark.parametrize("output", [0, 1])
def test_what_finds_no_numbers_is_refused(networks, output, number):
    def spoil(*outputs):
        outputs[output].flat[0] = number

    with pytest.raises(errors.UserError, match=r"detector finds .* no numbers"):
        _check(networks, spoil)
