import numpy as np
import pytest

from tf_landmarks.evaluation import linear_regressor


def _random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_a_linear_map_is_found():
    p = _random(20, 3, 2)
    weights = _random(6, 6, seed=1)
    truth = (p.reshape(20, 6) @ weights).reshape(20, 3, 2)
    found = linear_regressor.fit(p, truth, np.ones([20, 3]))
    np.testing.assert_allclose(found.weights, weights, atol=1e-9)
    np.testing.assert_array_equal(found.intercept, np.zeros(6))
    np.testing.assert_allclose(found(p), truth, atol=1e-9)
    assert (found.num_images, found.has_intercept) == (20, False)


def test_an_intercept_is_found_where_it_is_wanted():
    p = _random(20, 3, 2)
    truth = p * 2 + [0.5, -0.25]
    found = linear_regressor.fit(p, truth, np.ones([20, 3]), intercept=True)
    np.testing.assert_allclose(found.weights, 2 * np.eye(6), atol=1e-9)
    np.testing.assert_allclose(found.intercept, [0.5, -0.25] * 3)
    without = linear_regressor.fit(p, truth, np.ones([20, 3]))
    assert np.abs(without(p) - truth).max() > 0.01


@pytest.mark.parametrize("intercept", [False, True])
def test_ridge_is_that_of_the_normal_equations(intercept):
    p, truth = _random(20, 2, 2), _random(20, 2, 2, seed=1)
    found = linear_regressor.fit(p, truth, np.ones([20, 2]), 3.0, intercept)
    x = np.hstack([p.reshape(20, 4), np.ones([20, int(intercept)])])
    penalty = np.diag([3.0] * 4 + [0.0] * intercept)
    expected = np.linalg.solve(x.T @ x + penalty, x.T @ truth.reshape(20, 4))
    np.testing.assert_allclose(found.weights, expected[:4])
    if intercept:
        np.testing.assert_allclose(found.intercept, expected[4])


def test_landmarks_that_move_together_are_no_trouble():
    one = _random(20, 1, 2)
    p = np.concatenate([one, one], axis=1)
    found = linear_regressor.fit(p, p, np.ones([20, 2]))
    np.testing.assert_allclose(found(p), p, atol=1e-9)


def test_images_without_all_landmarks_are_left_out():
    p = _random(20, 3, 2)
    truth, visibility = 2 * p, np.full([20, 3], 2)
    truth[4], visibility[4, 1] = 99, 0
    found = linear_regressor.fit(p, truth, visibility)
    np.testing.assert_allclose(found.weights, 2 * np.eye(6), atol=1e-9)
    assert found.num_images == 19


def test_without_an_image_nothing_is_fitted():
    p = _random(2, 3, 2)
    with pytest.raises(ValueError, match="no image has all landmarks"):
        linear_regressor.fit(p, p, np.eye(3)[:2])
