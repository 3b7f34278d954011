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
from tf_landmarks.models import repainter


class Painter(repainter.Repainter):
    """Φ, η, β and Ψ of a run, at one of its checkpoints.

    Attributes:
      workdir: of the run.
      step: updates of the checkpoint.
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
        trained, self.step = workdirs.load_phi_and_eta(workdir, kind)
        arch = workdirs.read_architecture(workdir)
        method = workdirs.read_method(workdir)
        if method == "cycle_gan":
            symbol, psi = "unconditional_psi", arch.unconditional_psi()
        else:
            symbol, psi = "psi", arch.psi()
        if not workdirs.holds(workdir, symbol, self.step, kind):
            raise errors.UserError(
                f"--workdir={workdir}: its checkpoint has no psi, which "
                "repaints frames; give a run that trained it (a supervised one "
                "does not)."
            )
        self._networks = {"phi": trained.phi, "eta": trained.eta, symbol: psi}
        super().__init__(
            trained,
            arch.beta(),
            self._networks,
            method not in workdirs.WITHOUT_BOTTLENECK,
        )
        x = tf.zeros([1, arch.image_size, arch.image_size, 3])
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
        # A run under way may have saved a newer one since.
        workdirs.restore(
            self._networks,
            workdirs.checkpoints(self.workdir, "landmarks"),
            partial=True,
            kind=kind,
            only=self.step,
        )

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
