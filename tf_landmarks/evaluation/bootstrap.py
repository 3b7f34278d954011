"""How far a score may be off by the choice of test videos."""

from collections.abc import Hashable
from collections.abc import Sequence

import numpy as np

_SAMPLES = 1000
_PERCENTILES = (2.5, 97.5)


def interval(
    values: np.ndarray,
    groups: Sequence[Hashable],
    units: Sequence[Hashable],
) -> tuple[float, float] | None:
    """95 % interval of the unweighted mean of the groups' means.

    Within each group as many units are drawn as there are, with replacement.
    Frames of a video are alike, so the video is the unit, not the frame.

    Args:
      values: [N]; NaN is left out.
      groups: [N], e.g. activities.
      units: [N], e.g. videos; a unit lies in one group.

    Returns:
      The percentiles 2.5 and 97.5 of 1,000 draws; None without a value.
    """
    rng = np.random.default_rng(0)
    groups, units = np.asarray(groups), np.asarray(units)
    known = ~np.isnan(values)
    means = [
        _means(values[chosen], units[chosen], rng)
        for group in np.unique(groups)
        if (chosen := known & (groups == group)).any()
    ]
    if not means:
        return None
    low, high = np.percentile(np.mean(means, axis=0), _PERCENTILES)
    return float(low), float(high)


def _means(
    values: np.ndarray, units: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The mean of the values of units drawn anew, `_SAMPLES` times."""
    _, index = np.unique(units, return_inverse=True)
    sums = np.bincount(index, values)
    counts = np.bincount(index)
    drawn = rng.integers(len(sums), size=(_SAMPLES, len(sums)))
    return sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
