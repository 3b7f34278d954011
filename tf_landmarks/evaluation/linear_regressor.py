"""A linear map of detected landmarks to labelled ones (table 3).

Fitted with labels, on the training set: what comes out is no longer the result
of training without labels.
"""

from typing import NamedTuple

import numpy as np


class LinearRegressor(NamedTuple):
    """2K coordinates to 2K, in [-1, 1] of the crop.

    Attributes:
      weights: [2K, 2K].
      intercept: [2K]; zeros where none was fitted.
      num_images: that it was fitted on.
      ridge: see `fit`.
      has_intercept: see `fit`.
    """

    weights: np.ndarray
    intercept: np.ndarray
    num_images: int
    ridge: float
    has_intercept: bool

    def __call__(self, p: np.ndarray) -> np.ndarray:
        """[N, K, 2] -> [N, K, 2]."""
        flat = p.reshape(len(p), -1)
        return (flat @ self.weights + self.intercept).reshape(p.shape)


def fit(
    p: np.ndarray,
    truth: np.ndarray,
    visibility: np.ndarray,
    ridge: float = 0.0,
    intercept: bool = False,
) -> LinearRegressor:
    """Least squares, with `ridge` times the weights' squares.

    The defaults are those of the released evaluation of [23].

    Args:
      p: detected landmarks [N, K, 2] in [-1, 1].
      truth: [N, K, 2].
      visibility: [N, K]; images with a landmark of 0 are left out.
      ridge: of the weights; the intercept is free.
      intercept: whether to fit one.

    Raises:
      ValueError: no image has all landmarks.
    """
    whole = (visibility > 0).all(axis=1)
    if not whole.any():
        raise ValueError("no image has all landmarks")
    x = p[whole].reshape(whole.sum(), -1).astype(np.float64)
    y = truth[whole].reshape(whole.sum(), -1).astype(np.float64)
    x_mean = x.mean(axis=0) if intercept else np.zeros(x.shape[1])
    y_mean = y.mean(axis=0) if intercept else np.zeros(y.shape[1])
    # As rows: lstsq copes with landmarks that always move together.
    penalty = np.sqrt(ridge) * np.eye(x.shape[1])
    rows = np.vstack([x - x_mean, penalty])
    targets = np.vstack([y - y_mean, np.zeros_like(penalty)])
    weights = np.linalg.lstsq(rows, targets, rcond=None)[0]
    offset = y_mean - x_mean @ weights
    num_images = int(whole.sum())
    return LinearRegressor(weights, offset, num_images, ridge, intercept)
