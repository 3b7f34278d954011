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
    stride = math.ceil(info.splits[split].frames / most)
    frames = pipelines.evaluation_frames(
        data_dir, info, split, _BATCH_SIZE, stride
    )
    return frames.cache() if "p" in frames.element_spec else None


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
    no_mean_pose = np.full([skeleton.num_landmarks, 2], np.nan)
    seen = [
        metrics.frame_errors(
            detector(batch["x"]).keypoints.numpy(),
            no_mean_pose,
            batch["p"].numpy(),
            batch["visibility"].numpy(),
            detector.image_size,
            skeleton.flip_permutation,
            skeleton.outer_eye_corners,
        )
        for batch in frames
    ]
    columns = map(np.concatenate, zip(*seen, strict=True))
    summary = metrics.summarize(metrics.FrameErrors(*columns))
    watched = ["percent_of_image"]
    if skeleton.left_right_pairs:
        watched.append("percent_of_image_with_flips")
    if skeleton.outer_eye_corners:
        watched.append("percent_of_outer_eye_distance")
    return {n: summary[n] for n in watched if summary[n] is not None}
