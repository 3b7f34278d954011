"""Errors of keypoints, in NumPy, one number a frame.

Protocol of the released evaluation for simplified Human3.6M: the Euclidean
distance (not squared), averaged over landmarks, in percent of the image's
side. Only landmarks with visibility > 0 count; a frame without one has NaN.
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
    """

    direct: np.ndarray
    swapped: np.ndarray
    mean_pose: np.ndarray

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


def frame_errors(
    p: np.ndarray,
    mean_pose: np.ndarray,
    truth: np.ndarray,
    visibility: np.ndarray,
    image_size: int,
    flip_permutation: Sequence[int],
) -> FrameErrors:
    """All errors of N frames.

    Args:
      p: detected keypoints [N, K, 2] in [-1, 1].
      mean_pose: of the prior, [K, 2].
      truth: [N, K, 2].
      visibility: [N, K].
      image_size: S in pixels.
      flip_permutation: of the skeleton.
    """
    label = (truth, visibility, image_size)
    return FrameErrors(
        percent_of_image(p, *label),
        percent_of_image(p[:, list(flip_permutation)], *label),
        percent_of_image(mean_pose, *label),
    )


def summarize(errors: FrameErrors) -> dict[str, float | int | None]:
    """Means over the frames that are labelled; None where none is.

    `correct_flip` is None where left and right make no difference.
    """
    direct, swapped, mean_pose = (e[errors.labelled] for e in errors)
    if not len(direct):
        means = (None,) * 4
    else:
        means = (
            float(direct.mean()),
            float(np.minimum(direct, swapped).mean()),
            float(mean_pose.mean()),
            float((direct < swapped).mean())
            if (direct != swapped).any()
            else None,
        )
    names = (
        "percent_of_image",
        "percent_of_image_with_flips",
        "mean_pose_percent_of_image",
        "correct_flip",
    )
    return {
        "frames": len(errors.direct),
        "labelled_frames": len(direct),
        **dict(zip(names, means, strict=True)),
    }
