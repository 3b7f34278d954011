"""What was detected, and what writes it."""

import pathlib
from typing import NamedTuple

import numpy as np

from tf_landmarks import skeletons
from tf_landmarks.detection import inputs


class Detection(NamedTuple):
    """Landmarks in one frame.

    Attributes:
      frame: with its image.
      box: the square that was looked at, (x, y, side, side) in pixel edges.
      keypoints: [K, 2] in the image's pixels, integers are pixels' centres.
      confidence: [K] in (0, 1], see `heatmaps.confidence`.
    """

    frame: inputs.Frame
    box: inputs.Box
    keypoints: np.ndarray
    confidence: np.ndarray


class Writer:
    """What the writers have in common."""

    name = ""

    def __init__(self, folder: pathlib.Path, skeleton: skeletons.Skeleton):
        self.folder = folder
        self.skeleton = skeleton

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass
