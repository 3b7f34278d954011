"""Errors of keypoints, in NumPy, one number a frame.

Protocol of the released evaluation for simplified Human3.6M: the Euclidean
distance (not squared), averaged over landmarks, in percent of the image's
side. Only landmarks with visibility > 0 count; a frame without one has NaN.

Protocol of 300-W: the same distance in percent of the frame's own distance
between the outer corners of the eyes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class FrameErrors(NamedTuple):
    """Errors of N frames in percent of the image, each float [N].

    Attributes:
      direct: of the landmarks as they are.
      swapped: of the whole skeleton with left and right exchanged.
      mean_pose: of the prior's mean pose as the answer.
      outer_eye_distance: not an error: what faces are measured by, in percent
        of the image; NaN where not known.
    """

    direct: np.ndarray
    swapped: np.ndarray
    mean_pose: np.ndarray
    outer_eye_distance: np.ndarray

    @property
    def labelled(self) -> np.ndarray:
        """Which frames count, bool [N]."""
        return ~np.isnan(self.direct)


def percent_of_image(
    p: np.ndarray, truth: np.ndarray, visibility: np.ndarray, image_size: int
) -> np.ndarray:
    """Mean distance over the visible landmarks, in percent of the image.

    A distance of d in [-1, 1] is d (S - 1) / 2 pixels of S.

    Args:
      p: keypoints [N, K, 2] in [-1, 1], or [K, 2] for all frames alike.
      truth: [N, K, 2] in [-1, 1], anything where not visible.
      visibility: [N, K], COCO's flags.
      image_size: S in pixels.

    Returns:
      [N], NaN for frames without a visible landmark.
    """
    visible = visibility > 0
    offset = np.where(visible[..., np.newaxis], p - truth, 0.0)
    distance = np.linalg.norm(offset, axis=-1)  # [N, K]
    count = visible.sum(axis=-1)
    mean = np.where(count > 0, distance.sum(-1) / np.maximum(count, 1), np.nan)
    return 100.0 * mean * (image_size - 1) / 2 / image_size


def outer_eye_distance(
    truth: np.ndarray,
    visibility: np.ndarray,
    image_size: int,
    corners: tuple[int, int] | None,
) -> np.ndarray:
    """Distance between the true outer corners of the eyes, in % of the image.

    Args:
      truth: [N, K, 2] in [-1, 1], anything where not visible.
      visibility: [N, K], COCO's flags.
      image_size: S in pixels.
      corners: of the skeleton; None where it has none.

    Returns:
      [N], NaN where a corner is not visible, or both are at one place.
    """
    if corners is None:
        return np.full(len(truth), np.nan)
    left, right = corners
    # Of one landmark, so the mean over the visible ones is its distance.
    distance = percent_of_image(
        truth[:, [left]],
        truth[:, [right]],
        np.minimum(visibility[:, [left]], visibility[:, [right]]),
        image_size,
    )
    return np.where(distance > 0, distance, np.nan)


def frame_errors(
    p: np.ndarray,
    mean_pose: np.ndarray,
    truth: np.ndarray,
    visibility: np.ndarray,
    image_size: int,
    flip_permutation: Sequence[int],
    outer_eye_corners: tuple[int, int] | None = None,
) -> FrameErrors:
    """All errors of N frames.

    Args:
      p: detected keypoints [N, K, 2] in [-1, 1].
      mean_pose: of the prior, [K, 2].
      truth: [N, K, 2].
      visibility: [N, K].
      image_size: S in pixels.
      flip_permutation: of the skeleton.
      outer_eye_corners: of the skeleton.
    """
    label = (truth, visibility, image_size)
    return FrameErrors(
        percent_of_image(p, *label),
        percent_of_image(p[:, list(flip_permutation)], *label),
        percent_of_image(mean_pose, *label),
        outer_eye_distance(*label, outer_eye_corners),
    )


def summarize(errors: FrameErrors) -> dict[str, float | int | None]:
    """Means over the frames that are labelled; None where none is.

    `correct_flip` is None where left and right make no difference, what is in
    percent of the outer-eye distance where that is known of no frame.
    """
    direct, swapped, mean_pose, _ = (e[errors.labelled] for e in errors)
    decided = bool((direct != swapped).any())
    by_eyes = 100.0 / errors.outer_eye_distance
    return {
        "frames": len(errors.direct),
        "labelled_frames": len(direct),
        "percent_of_image": _mean(direct),
        "percent_of_image_with_flips": _mean(np.minimum(direct, swapped)),
        "mean_pose_percent_of_image": _mean(mean_pose),
        "correct_flip": _mean(direct < swapped) if decided else None,
        "percent_of_outer_eye_distance": _mean(errors.direct * by_eyes),
        "mean_pose_percent_of_outer_eye_distance": _mean(
            errors.mean_pose * by_eyes
        ),
        "outer_eye_frames": int(np.isfinite(errors.direct * by_eyes).sum()),
    }


def _mean(values: np.ndarray) -> float | None:
    """Over the numbers among `values`; None where there is none."""
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else None
