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
      has_bottleneck: whether Ψ paints from y_star; else it does from y.
    """

    def __init__(self, workdir: str, kind: str = "step"):
        """Loads them.

        Args:
          workdir: of the run.
          kind: of checkpoint, see `workdirs.load_detector`.

        Raises:
          errors.UserError: there is no run or no checkpoint; or it has no Φ
            and η, or no Ψ.
        """
        self.workdir = workdir
        self.detector, self.step = workdirs.load_phi_and_eta(workdir, kind)
        arch = workdirs.read_architecture(workdir)
        self.beta = arch.beta()
        method = workdirs.read_method(workdir)
        self.has_bottleneck = method not in workdirs.WITHOUT_BOTTLENECK
        self._sees_x_prime = method != "cycle_gan"
        if self._sees_x_prime:
            self._symbol, self._psi = "psi", arch.psi()
        else:
            self._symbol = "unconditional_psi"
            self._psi = arch.unconditional_psi()
        if not workdirs.holds(workdir, self._symbol, self.step, kind):
            raise errors.UserError(
                f"--workdir={workdir}: its checkpoint has no psi, which "
                "repaints frames; give a run that trained it (a supervised one "
                "does not)."
            )
        size = arch.image_size
        x = tf.zeros([1, size, size, 3])
        self.repaint(x, x)
        self._restore(kind)

    def go_to(self, step: int) -> None:
        """Loads the weights that the run had after another update.

        Raises:
          errors.UserError: that checkpoint cannot be read.
        """
        self.step = step
        self._restore("step")

    def _restore(self, kind: str) -> None:
        items = {
            "phi": self.detector.phi,
            "eta": self.detector.eta,
            self._symbol: self._psi,
        }
        # A run under way may have saved a newer one since.
        folder = workdirs.checkpoints(self.workdir, "landmarks")
        workdirs.restore(items, folder, partial=True, kind=kind, only=self.step)

    def see(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """Frames [B, H, W, 3] -> y and y_star [B, H, W, C], and p."""
        p, _, y = self.detector(x)
        return {"y": y, "y_star": self.beta(p), "p": p}

    def repaint(self, x: tf.Tensor, x_prime: tf.Tensor) -> dict[str, tf.Tensor]:
        """What `see` gives of x, and x_hat, painted with looks of x_prime."""
        seen = self.see(x)
        painted_from = seen["y_star" if self.has_bottleneck else "y"]
        return seen | {"x_hat": self.paint(painted_from, x_prime)}

    def paint(self, skeleton: tf.Tensor, x_prime: tf.Tensor) -> tf.Tensor:
        """Ψ: y_star, or y, and x_prime [B, H, W, 3] -> x_hat of its shape."""
        inputs = (skeleton, x_prime) if self._sees_x_prime else skeleton
        return self._psi(inputs, training=False)

    def check_bottleneck(self) -> None:
        """Refuses runs in which Ψ does not paint from landmarks and x_prime.

        Raises:
          errors.UserError: it does not.
        """
        if not self.has_bottleneck:
            raise errors.UserError(
                f"--workdir={self.workdir}: without the skeleton bottleneck "
                "looks and pose cannot be told apart; give a run of "
                "--method=ours or bottleneck_cycle_gan."
            )


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
