"""A run's trained networks, to detect and repaint with."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.evaluation import evaluating
from tf_landmarks.figures import frames
from tf_landmarks.figures import requests
from tf_landmarks.models import landmark_detector


class Painter:
    """Φ, η, β and Ψ of a run, at one of its checkpoints.

    Attributes:
      workdir: of the run.
      step: updates of the checkpoint.
      detector: Φ and η.
      beta: β.
      psi: Ψ.
    """

    def __init__(self, workdir: str, kind: str = "step"):
        """Loads them.

        Args:
          workdir: of the run.
          kind: of checkpoint, see `workdirs.load_detector`.

        Raises:
          errors.UserError: there is no run or no checkpoint; or it has no Ψ.
        """
        self.workdir = workdir
        self.detector, self.step = workdirs.load_detector(workdir, kind)
        self.beta = workdirs.read_architecture(workdir).beta()
        self.psi = workdirs.load_generator(workdir, self.step, kind)
        if self.psi is None:
            raise errors.UserError(
                f"--workdir={workdir}: its checkpoint has no psi, which "
                "repaints frames; give a run that trained it (a supervised one "
                "does not)."
            )

    def go_to(self, step: int) -> None:
        """Loads the weights that the run had after another update.

        Raises:
          errors.UserError: that checkpoint cannot be read.
        """
        items = {
            "phi": self.detector.phi,
            "eta": self.detector.eta,
            "psi": self.psi,
        }
        folder = workdirs.checkpoints(self.workdir, "landmarks")
        workdirs.restore(items, folder, partial=True, only=step)
        self.step = step

    def see(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """Frames [B, H, W, 3] -> y and y_star [B, H, W, C], and p."""
        p, _, y = self.detector(x)
        return {"y": y, "y_star": self.beta(p), "p": p}

    def repaint(self, x: tf.Tensor, x_prime: tf.Tensor) -> dict[str, tf.Tensor]:
        """What `see` gives of x, and x_hat, painted with looks of x_prime."""
        seen = self.see(x)
        return seen | {"x_hat": self.paint(seen["y_star"], x_prime)}

    def paint(self, y_star: tf.Tensor, x_prime: tf.Tensor) -> tf.Tensor:
        """Ψ: [B, H, W, C] and [B, H, W, 3] -> x_hat [B, H, W, 3]."""
        return self.psi((y_star, x_prime), training=False)


def open_split(
    request: requests.Request,
    detectors: Sequence[landmark_detector.LandmarkDetector],
) -> frames.Split:
    """The frames to show, which have to fit what is to see them.

    Raises:
      errors.UserError: no data, no such split, or they do not fit.
    """
    data_dir = find_data(request)
    info = records.read_info(data_dir)
    split = frames.Split(data_dir, info, request.split)
    for detector in detectors:
        evaluating.check(detector, data_dir, info, request.split)
    return split


def find_data(request: requests.Request) -> str:
    """The prepared folder.

    Raises:
      errors.UserError: none is named, see `workdirs.read_data_dir`.
    """
    return request.data_dir or workdirs.read_data_dir(request.workdirs[0])


def stack(chosen: Sequence[frames.Frame]) -> tf.Tensor:
    """[B, S, S, 3] of B frames."""
    return tf.constant(np.stack([frame.x for frame in chosen]))
