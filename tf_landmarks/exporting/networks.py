"""The trained networks as they are exported: folded, in the type asked for."""

from typing import NamedTuple

import tensorflow as tf

from tf_landmarks import workdirs
from tf_landmarks.exporting import folding
from tf_landmarks.models import architecture
from tf_landmarks.models import image_generator
from tf_landmarks.models import landmark_detector
from tf_landmarks.models import precision


class Networks(NamedTuple):
    """Of one checkpoint.

    Attributes:
      arch: of the run.
      step: updates that the checkpoint had.
      trained: η after Φ, as it was trained.
      detector: the same, folded.
      psi: Ψ, folded; None where the run has none.
    """

    arch: architecture.Architecture
    step: int
    trained: landmark_detector.LandmarkDetector
    detector: landmark_detector.LandmarkDetector
    psi: image_generator.ImageGenerator | None

    def weights(self) -> tf.Module:
        """What is saved beside the graphs that use it."""
        module = tf.Module(name="landmark_detector")
        module.detector = self.detector.variables
        module.psi = self.psi.variables if self.psi else []
        return module


def load(workdir: str, kind: str, dtype: str) -> Networks:
    """Reads a run's newest or best checkpoint, and folds its batch norm.

    Args:
      workdir: of the run.
      kind: of checkpoint, see `workdirs.load_detector`.
      dtype: of weights and arithmetic: "float32", "bfloat16", "float16".

    Raises:
      errors.UserError: see `workdirs`.
    """
    arch = workdirs.read_architecture(workdir)
    trained, step = workdirs.load_phi_and_eta(workdir, kind)
    psi = workdirs.load_generator(workdir, step, kind)
    size = arch.image_size
    x = tf.zeros([1, size, size, 3])
    y = tf.zeros([1, *arch.skeleton_shape])
    with precision.policy(dtype):
        detector = landmark_detector.LandmarkDetector(
            arch, arch.phi(folded=True), arch.eta(folded=True)
        )
        detector(x)
        folding.fold(trained.phi, detector.phi)
        folding.fold(trained.eta, detector.eta)
        if psi is None:
            return Networks(arch, step, trained, detector, None)
        folded_psi = arch.psi(folded=True)
        folded_psi((y, x))
        folding.fold(psi, folded_psi)
    return Networks(arch, step, trained, detector, folded_psi)
