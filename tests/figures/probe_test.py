import numpy as np
import pytest

from tf_landmarks.figures import probe

_SIZE, _STEPS = 16, 150


def _frames(seed):
    """Frames [16, S, S, 3]: left and right half have a colour each."""
    colours = np.random.default_rng(seed).uniform(-1, 1, (16, 1, 2, 3))
    shape = _SIZE, _SIZE // 2
    return np.float32(colours.repeat(shape[0], 1).repeat(shape[1], 2))


def _blank(x):
    return np.zeros_like(x[..., :1])


def _mean(x):
    return x.mean(axis=-1, keepdims=True)


def _faint(x):
    """Appearance that no eye would see: a grain of under 2 grey levels."""
    grain = (-1.0) ** np.add.outer(np.arange(_SIZE), np.arange(_SIZE))
    return np.float32(0.5 + 0.005 * _mean(x) * grain[..., None])


@pytest.fixture(scope="module")
def errors():
    kinds = {"x": lambda x: x, "blank": _blank, "faint": _faint}

    def see(x):
        return {kind: make(x) for kind, make in kinds.items()}

    probes = probe.Probes(seed=0)
    for step in range(_STEPS):
        x = _frames(step)
        probes.train(x, see(x))
    x = _frames(10_000)
    squared_errors = probes.squared_errors(x, see(x))
    return {k: probe.summarize(e) for k, e in squared_errors.items()}


def test_a_probe_finds_a_frame_in_itself(errors):
    found, constant = (errors[k].mean_squared_error for k in ("x", None))
    assert found < 0.2 * constant


def test_nothing_is_found_in_a_blank_image(errors):
    found, constant = (errors[k].mean_squared_error for k in ("blank", None))
    assert 0.9 * constant < found < 1.3 * constant


def test_appearance_that_no_eye_sees_is_found(errors):
    found, constant = (errors[k].mean_squared_error for k in ("faint", None))
    assert found < 0.9 * constant


def test_the_constant_is_the_mean_of_the_training_frames():
    probes = probe.Probes(seed=0)
    probes.train(np.full((16, 2, 2, 3), 0.5, np.float32), {})
    probes.train(np.full((16, 2, 2, 3), -0.1, np.float32), {})
    x = np.float32([0.2, 0.5]).reshape(2, 1, 1, 1) * np.ones((2, 2, 2, 3))
    errors = probes.squared_errors(np.float32(x), {})[None]
    np.testing.assert_allclose(errors, [0.0, 0.09], atol=1e-6)


def test_psnr_is_of_a_range_of_two():
    error = probe.summarize(np.array([0.02, 0.06]))
    assert error.mean_squared_error == pytest.approx(0.04)
    assert error.psnr == pytest.approx(20.0)
    assert probe.summarize(np.zeros(1)).psnr == np.inf


def test_probes_of_one_seed_begin_alike():
    y = np.random.default_rng(0).uniform(size=(1, 16, 16, 1))
    weights = [probe.make(seed, np.float32(y)).weights for seed in (0, 0, 1)]
    first, second, other = ([w.numpy() for w in ws] for ws in weights)
    assert len(first) > 20
    for one, same in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, same)
    assert (first[0] != other[0]).any()
