import numpy as np
import pytest
import tensorflow as tf

from tests import tiny_runs
from tf_landmarks.models import landmark_detector
from tf_landmarks.models import repainter


def _networks(symbol="psi"):
    tf.keras.utils.set_random_seed(3)
    arch = tiny_runs.architecture_of()
    psi = getattr(arch, symbol)()
    return arch, {"phi": arch.phi(), "eta": arch.eta(), symbol: psi}


def _make(arch, networks, has_bottleneck=True):
    detector = landmark_detector.LandmarkDetector(
        arch, networks["phi"], networks["eta"]
    )
    return repainter.Repainter(detector, arch.beta(), networks, has_bottleneck)


def _frames(seed):
    shape = (2, tiny_runs.SIZE, tiny_runs.SIZE, 3)
    random = np.random.default_rng(seed)
    return tf.constant(random.uniform(-1, 1, shape), tf.float32)


@pytest.mark.parametrize(
    "symbol, has_bottleneck, names",
    [
        ("psi", True, ("y_star", "x_prime")),
        ("psi", False, ("y", "x_prime")),
        ("unconditional_psi", False, ("y",)),
    ],
)
def test_psi_paints_from_what_its_model_gives_it(symbol, has_bottleneck, names):
    arch, networks = _networks(symbol)
    x, x_prime = _frames(0), _frames(1)
    painter = _make(arch, networks, has_bottleneck)
    seen = painter.repaint(x, x_prime)
    y = networks["phi"](x)
    inputs = {
        "y": y,
        "y_star": arch.beta()(networks["eta"](y)),
        "x_prime": x_prime,
    }
    for name in ("y", "y_star"):
        np.testing.assert_allclose(seen[name], inputs[name], atol=1e-5)
    given = tuple(inputs[name] for name in names)
    expected = networks[symbol](given if len(given) > 1 else given[0])
    assert expected.shape == x.shape
    np.testing.assert_allclose(seen["x_hat"], expected, atol=1e-5)


def test_repainting_leaves_the_networks_as_they_are():
    arch, networks = _networks()
    painter = _make(arch, networks)
    painter.repaint(_frames(0), _frames(1))
    before = {symbol: n.get_weights() for symbol, n in networks.items()}
    painter.repaint(_frames(2), _frames(3))
    for symbol, network in networks.items():
        for old, new in zip(before[symbol], network.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_it_sees_with_the_weights_that_the_networks_have_now():
    arch, networks = _networks()
    painter = _make(arch, networks)
    x, x_prime = _frames(0), _frames(1)
    painter.repaint(x, x_prime)
    for network in networks.values():
        for weight in network.trainable_variables:
            weight.assign(weight * 1.5)
    seen = painter.repaint(x, x_prime)
    anew = _make(arch, networks)
    for name, image in anew.repaint(x, x_prime).items():
        np.testing.assert_allclose(seen[name], image, atol=1e-5)
