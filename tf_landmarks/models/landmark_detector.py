"""The detector, η after Φ: what is evaluated and exported."""

from typing import NamedTuple

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import architecture
from tf_landmarks.models import heatmaps


class Detections(NamedTuple):
    """What the detector sees in B images.

    Attributes:
      keypoints: [B, K, 2] float32 in [-1, 1].
      confidence: [B, K] float32 in (0, 1]: how concentrated η's heatmap is,
        see `heatmaps.confidence`; no probability of being right.
      skeleton_image: y [B, H, W, C] float32.
    """

    keypoints: tf.Tensor
    confidence: tf.Tensor
    skeleton_image: tf.Tensor


class LandmarkDetector(keras.Model):
    """Images [B, H, W, 3] in [-1, 1] -> `Detections`."""

    def __init__(
        self,
        arch: architecture.Architecture,
        phi: keras.Model | None = None,
        eta: keras.Model | None = None,
    ):
        """Takes Φ and η, or makes them with new weights."""
        super().__init__(name="landmark_detector", autocast=False)
        self.skeleton = arch.skeleton
        self.image_size = arch.image_size
        self.phi = phi or arch.phi()
        self.eta = eta or arch.eta()

    @tf.function(reduce_retracing=True)
    def call(self, x: tf.Tensor) -> Detections:
        """Detects, with batch norm's running statistics."""
        y = self.phi(x, training=False)
        columns, rows = self.eta.marginals(y, training=False)
        return Detections(
            heatmaps.keypoints(columns, rows),
            heatmaps.confidence(columns, rows),
            y,
        )
