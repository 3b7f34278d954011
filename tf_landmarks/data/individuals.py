"""Poses of several individuals as one prior: as the average one would pose.

D_y makes the skeleton images that Φ draws look like the prior's as a whole,
mean shape included. One individual's shape is further from a stranger's than
the average of several is.
"""

from collections.abc import Sequence

import numpy as np


def averaged(individuals: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Gives all the same mean shape, place and size: the averages of theirs.

    A shape is what is left of a pose without its place, size and turn. What a
    pose has beside its individual's means, it keeps.

    Args:
      individuals: poses [N, K, 2] of each, any unit.

    Returns:
      float64 [N, K, 2] of each.
    """
    poses = [_complex(each) for each in individuals]
    centres = [each.mean(axis=1, keepdims=True) for each in poses]
    offsets = [p - c for p, c in zip(poses, centres, strict=True)]
    reference = offsets[0].mean(axis=0)
    for _ in range(2):  # the average is its own reference then
        factors = [_factors(each, reference) for each in offsets]
        means = [
            (offset / factor).mean(axis=0)
            for offset, factor in zip(offsets, factors, strict=True)
        ]
        reference = np.mean(means, axis=0)
    sizes = [abs(factor).mean() for factor in factors]
    places = [centre.mean() for centre in centres]
    result = []
    for i, factor in enumerate(factors):
        scale = np.mean(sizes) / sizes[i]
        shape = scale * (offsets[i] + factor * (reference - means[i]))
        place = scale * (centres[i] - places[i]) + np.mean(places)
        pose = shape + place
        result.append(np.stack([pose.real, pose.imag], axis=-1))
    return result


def _complex(poses: np.ndarray) -> np.ndarray:
    """[N, K, 2] -> [N, K]: a factor turns and scales."""
    return poses[..., 0] + 1j * poses[..., 1]


def _factors(offsets: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """The turn and size of each pose: the factors [N, 1] of the reference.

    In the sense of least squares, as in Procrustes analysis.
    """
    product = (offsets * reference.conj()).sum(axis=1, keepdims=True)
    return product / (abs(reference) ** 2).sum()
