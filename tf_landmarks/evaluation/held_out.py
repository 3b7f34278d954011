"""A few labelled frames, to watch a detector by while it trains."""

import math
from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.evaluation import metrics
from tf_landmarks.models import landmark_detector

_BATCH_SIZE = 32


def load_frames(
    data_dir: str,
    info: records.DatasetInfo,
    split: str = "test",
    most: int = 256,
) -> tf.data.Dataset | None:
    """Some frames of a split, evenly spread, decoded once and kept in memory.

    Returns:
      Batches as of `pipelines.evaluation_frames`, of at most `most` frames;
      None where there is no such split or it has no labels.
    """
    if split not in info.splits or not info.splits[split].frames:
        return None
    frames = pipelines.evaluation_frames(data_dir, info, split, _BATCH_SIZE)
    if "p" not in frames.element_spec:
        return None
    stride = math.ceil(info.splits[split].frames / most)
    return frames.unbatch().shard(stride, 0).batch(_BATCH_SIZE).cache()


def errors(
    detector: landmark_detector.LandmarkDetector,
    frames: Iterable[dict[str, tf.Tensor]],
) -> dict[str, float]:
    """Of a detector, as it is, on a few labelled frames.

    Returns:
      percent_of_image; percent_of_image_with_flips where the skeleton has a
      left and a right; percent_of_outer_eye_distance where it has these
      corners; see `metrics`.
    """
    skeleton = detector.skeleton
    flip = list(skeleton.flip_permutation)
    direct, swapped, eyes = [], [], []
    for batch in frames:
        p = detector(batch["x"]).keypoints.numpy()
        label = (
            batch["p"].numpy(),
            batch["visibility"].numpy(),
            detector.image_size,
        )
        direct.append(metrics.percent_of_image(p, *label))
        swapped.append(metrics.percent_of_image(p[:, flip], *label))
        eyes.append(
            metrics.outer_eye_distance(*label, skeleton.outer_eye_corners)
        )
    direct, swapped, eyes = map(np.concatenate, (direct, swapped, eyes))
    found = {"percent_of_image": float(np.nanmean(direct))}
    if skeleton.left_right_pairs:
        nearest = np.minimum(direct, swapped)
        found["percent_of_image_with_flips"] = float(np.nanmean(nearest))
    if not np.isnan(eyes).all():
        by_eyes = 100.0 * np.nanmean(direct / eyes)
        found["percent_of_outer_eye_distance"] = float(by_eyes)
    return found
