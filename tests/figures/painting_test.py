import numpy as np
import pytest

from tests import tiny_runs
from tests.figures import vivid_runs
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests

_FOLDER = "landmarks"


def _noise(seed):
    shape = (2, tiny_runs.SIZE, tiny_runs.SIZE, 3)
    return np.float32(np.random.default_rng(seed).uniform(-1, 1, shape))


def test_a_painter_repaints_by_the_runs_networks(tmp_path):
    painter = painting.Painter(vivid_runs.make_run(tmp_path))
    assert painter.step == tiny_runs.STEP
    x, x_prime = _noise(0), _noise(1)
    seen = painter.repaint(x, x_prime)
    for name, image in vivid_runs.networks().repaint(x, x_prime).items():
        np.testing.assert_allclose(seen[name], image, atol=1e-4)
    for frame, p in zip(x, seen["p"].numpy(), strict=True):
        expected = vivid_runs.networks().keypoints(frame)
        np.testing.assert_allclose(p, expected, atol=1e-5)


def test_a_painter_goes_to_another_checkpoint_and_back(tmp_path):
    painter = painting.Painter(vivid_runs.make_run(tmp_path, seeds=(0, 5)))
    assert painter.step == 2 * tiny_runs.STEP
    x, x_prime = _noise(0), _noise(1)
    for number, seed in ((1, 0), (2, 5)):
        painter.go_to(number * tiny_runs.STEP)
        expected = vivid_runs.networks(seed).repaint(x, x_prime)["x_hat"]
        x_hat = painter.repaint(x, x_prime)["x_hat"]
        np.testing.assert_allclose(x_hat, expected, atol=1e-4)


def test_a_run_without_psi_is_refused(tmp_path):
    detector = tiny_runs.detector_of_runs()
    workdir = tiny_runs.make_run(tmp_path)
    folder = workdirs.checkpoints(workdir, _FOLDER)
    networks = {"phi": detector.phi, "eta": detector.eta}
    workdirs.save(networks, folder, 8, keep=1)
    with pytest.raises(errors.UserError, match="has no psi"):
        painting.Painter(workdir)


@pytest.mark.parametrize(
    "method, symbol",
    [("cycle_gan", "unconditional_psi"), ("conditional_cycle_gan", "psi")],
)
def test_what_ours_is_compared_with_paints_from_y(tmp_path, method, symbol):
    detector, psi = vivid_runs.networks()
    x, x_prime = _noise(0), _noise(1)
    y = detector.phi(x)
    if method == "cycle_gan":
        psi = tiny_runs.architecture_of().unconditional_psi()
        expected = psi(y)
    else:
        expected = psi((y, x_prime))
    arch = tiny_runs.architecture_of().to_json()
    description = {"architecture": arch, "landmarks": {"method": method}}
    workdirs.write_run(str(tmp_path), description)
    networks = {"phi": detector.phi, "eta": detector.eta, symbol: psi}
    folder = workdirs.checkpoints(str(tmp_path), _FOLDER)
    workdirs.save(networks, folder, 8, keep=1)
    painter = painting.Painter(str(tmp_path))
    x_hat = painter.repaint(x, x_prime)["x_hat"]
    np.testing.assert_allclose(x_hat, expected, atol=1e-4)
    with pytest.raises(errors.UserError, match="without the skeleton bottle"):
        painter.check_bottleneck()
    # Nor is such a psi exported or published for one that paints poses.
    assert workdirs.load_generator(str(tmp_path), 8) is None


def test_data_of_other_landmarks_are_refused(tmp_path):
    workdir = tiny_runs.make_run(tmp_path / "run")
    data_dir = tiny_runs.make_data(tmp_path / "data", skeleton=tiny_runs.FACE)
    request = requests.Request((workdir,), data_dir)
    with pytest.raises(errors.UserError, match="landmarks of face"):
        painting.open_split(request, [tiny_runs.detector_of_runs()])
