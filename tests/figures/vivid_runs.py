"""Runs whose networks tell frames apart.

With the released initial weights all keypoints are at the centre and x̂ is
grey, before any training: no test could tell two networks from each other.
"""

import functools
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tests import tiny_runs
from tf_landmarks import workdirs
from tf_landmarks.models import image_generator
from tf_landmarks.models import landmark_detector


class Networks(NamedTuple):
    """Of one checkpoint; leave them as they are."""

    detector: landmark_detector.LandmarkDetector
    psi: image_generator.ImageGenerator

    def keypoints(self, x: np.ndarray) -> np.ndarray:
        """Of a frame [S, S, 3]: [K, 2]."""
        return self.detector(x[None]).keypoints[0].numpy()

    def repaint(self, x: np.ndarray, x_prime: np.ndarray) -> dict:
        """y, y_star, x_hat of frames [B, S, S, 3], as the paper has it."""
        y = self.detector.phi(x)
        y_star = tiny_runs.architecture_of().beta()(self.detector.eta(y))
        return {"y": y, "y_star": y_star, "x_hat": self.psi((y_star, x_prime))}


@functools.cache
def networks(seed: int = 0) -> Networks:
    """Random networks that pass on what they see (He et al., 2015)."""
    detector = tiny_runs.make_detector(seed)
    psi = tiny_runs.architecture_of().psi()
    size = tiny_runs.SIZE
    psi((tf.zeros([1, size, size, 1]), tf.zeros([1, size, size, 3])))
    random = np.random.default_rng(seed)
    for weight in (*detector.weights, *psi.weights):
        if len(weight.shape) == 4:
            fan_in = np.prod(weight.shape[:3])
            spread = np.sqrt(2 / fan_in)
            weight.assign(random.normal(0, spread, weight.shape))
    return Networks(detector, psi)


def make_run(
    folder: pathlib.Path, data_dir: str = "nowhere", seeds: Sequence[int] = (0,)
) -> str:
    """Writes a run with a checkpoint of the networks of each seed.

    They are of the updates `tiny_runs.STEP`, twice that and so on.
    """
    workdir = tiny_runs.make_run(folder, data_dir)
    for number, seed in enumerate(seeds, start=1):
        detector, psi = networks(seed)
        workdirs.save(
            {"phi": detector.phi, "eta": detector.eta, "psi": psi},
            workdirs.checkpoints(workdir, "landmarks"),
            number * tiny_runs.STEP,
            keep=len(seeds),
        )
    return workdir
