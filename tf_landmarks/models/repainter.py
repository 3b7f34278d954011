"""Φ, η, β and Ψ together: what they see in frames, and paint again."""

from collections.abc import Mapping

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import landmark_detector
from tf_landmarks.models import renderer


class Repainter:
    """Repaints frames by networks of stage 2, of whatever model.

    Attributes:
      detector: Φ and η.
      beta: β.
      has_bottleneck: whether Ψ paints from y_star; else it does from y.
    """

    def __init__(
        self,
        detector: landmark_detector.LandmarkDetector,
        beta: renderer.Renderer,
        networks: Mapping[str, keras.Model],
        has_bottleneck: bool,
    ):
        """Takes networks; what changes their weights later is seen.

        Args:
          detector: see above.
          beta: see above.
          networks: Ψ among others, by symbol: an unconditional_psi takes no
            x_prime.
          has_bottleneck: see above.
        """
        self.detector = detector
        self.beta = beta
        self.has_bottleneck = has_bottleneck
        self._sees_x_prime = "psi" in networks
        self._psi = networks[
            "psi" if self._sees_x_prime else "unconditional_psi"
        ]

    def see(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """Frames [B, H, W, 3] -> y and y_star [B, H, W, C], and p [B, K, 2]."""
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
