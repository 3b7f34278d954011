import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests

_FOLDER = "landmarks"


def _noise(seed):
    shape = (2, tiny_runs.SIZE, tiny_runs.SIZE, 3)
    return np.float32(np.random.default_rng(seed).uniform(-1, 1, shape))


def test_a_painter_repaints_by_the_runs_networks(tmp_path):
    painter = painting.Painter(tiny_runs.make_run(tmp_path))
    assert painter.step == tiny_runs.STEP
    x, x_prime = _noise(0), _noise(1)
    seen = painter.repaint(x, x_prime)
    detected = tiny_runs.detector_of_runs()(x)
    y_star = tiny_runs.architecture_of().beta()(detected.keypoints)
    x_hat = tiny_runs.generator_of_runs()((y_star, x_prime))
    np.testing.assert_allclose(seen["p"], detected.keypoints, atol=1e-5)
    np.testing.assert_allclose(seen["y"], detected.skeleton_image, atol=1e-5)
    np.testing.assert_allclose(seen["y_star"], y_star, atol=1e-5)
    np.testing.assert_allclose(seen["x_hat"], x_hat, atol=1e-5)


def test_a_painter_goes_to_another_checkpoint_and_back(tmp_path):
    workdir = tiny_runs.make_run(tmp_path)
    other = tiny_runs.make_detector(seed=5)
    workdirs.save(
        {
            "phi": other.phi,
            "eta": other.eta,
            "psi": tiny_runs.generator_of_runs(),
        },
        workdirs.checkpoints(workdir, _FOLDER),
        9,
        keep=2,
    )
    painter = painting.Painter(workdir)
    assert painter.step == 9
    x = _noise(0)
    for step, detector in ((7, tiny_runs.detector_of_runs()), (9, other)):
        painter.go_to(step)
        np.testing.assert_allclose(
            painter.see(x)["p"], detector(x).keypoints, atol=1e-5
        )


def test_a_run_without_psi_is_refused(tmp_path):
    detector = tiny_runs.detector_of_runs()
    workdir = tiny_runs.make_run(tmp_path)
    folder = workdirs.checkpoints(workdir, _FOLDER)
    networks = {"phi": detector.phi, "eta": detector.eta}
    workdirs.save(networks, folder, 8, keep=1)
    with pytest.raises(errors.UserError, match="has no psi"):
        painting.Painter(workdir)


def test_data_of_other_landmarks_are_refused(tmp_path):
    workdir = tiny_runs.make_run(tmp_path / "run")
    data_dir = tiny_runs.make_data(tmp_path / "data", skeleton=tiny_runs.FACE)
    request = requests.Request((workdir,), data_dir)
    with pytest.raises(errors.UserError, match="landmarks of face"):
        painting.open_split(request, [tiny_runs.detector_of_runs()])
