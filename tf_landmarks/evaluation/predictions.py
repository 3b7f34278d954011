"""What a detector says of a split, as arrays: what protocols score."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_landmarks import skeletons
from tf_landmarks.models import landmark_detector


class Predictions(NamedTuple):
    """Of N labelled frames.

    Attributes:
      skeleton: of K landmarks.
      image_size: S in pixels.
      p: detected landmarks [N, K, 2] in [-1, 1].
      truth: [N, K, 2], anything where not visible.
      visibility: [N, K], COCO's flags.
      boxes: [N, 4], the crops (x, y, side, side) in pixels of the originals;
        NaN where not known.
      clips: [N], the clips' names.
      frames: [N], the frames' numbers.
      q: [N, K, 2], what η of stage 1 reads from β of `p`; None without one.
    """

    skeleton: skeletons.Skeleton
    image_size: int
    p: np.ndarray
    truth: np.ndarray
    visibility: np.ndarray
    boxes: np.ndarray
    clips: list[str]
    frames: np.ndarray
    q: np.ndarray | None = None

    @property
    def paths(self) -> list[str]:
        """[N]: "clip/number"."""
        pairs = zip(self.clips, self.frames, strict=True)
        return [f"{clip}/{number}" for clip, number in pairs]


def detect(
    detector: landmark_detector.LandmarkDetector,
    read_again: Callable[[tf.Tensor], tf.Tensor] | None,
    batches: Iterable[dict[str, tf.Tensor]],
) -> Predictions:
    """Runs a detector over labelled frames.

    Args:
      detector: Φ and η.
      read_again: η of stage 1 after β, [B, K, 2] -> [B, K, 2]; or None.
      batches: of `pipelines.evaluation_frames`, one or more, with labels.
    """
    columns = []
    for batch in batches:
        p = detector(batch["x"]).keypoints
        names = ("p", "visibility", "box", "clip_id", "frame_number")
        column = [p.numpy(), *(batch[name].numpy() for name in names)]
        if read_again is not None:
            column.append(read_again(p).numpy())
        columns.append(column)
    p, truth, visibility, boxes, clips, frames, *q = map(
        np.concatenate, zip(*columns, strict=True)
    )
    return Predictions(
        detector.skeleton,
        detector.image_size,
        p,
        truth,
        visibility,
        boxes,
        [clip.decode() for clip in clips],
        frames,
        q[0] if q else None,
    )
