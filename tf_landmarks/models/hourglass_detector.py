"""The detector of a stacked hourglass: evaluated as η after Φ is."""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import architecture
from tf_landmarks.models import gaussian_heatmaps
from tf_landmarks.models import landmark_detector


class HourglassDetector(keras.Model):
    """Images [B, H, W, 3] in [-1, 1] -> `landmark_detector.Detections`.

    Confidence is the height of the heatmap's peak. The skeleton image is β's
    drawing of the landmarks: the network makes none.
    """

    def __init__(self, arch: architecture.Architecture):
        """Makes the network with new weights."""
        super().__init__(name="hourglass_detector", autocast=False)
        self.skeleton = arch.skeleton
        self.image_size = arch.image_size
        self.hourglass = arch.hourglass()
        self.beta = arch.beta()

    @tf.function(reduce_retracing=True)
    def call(self, x: tf.Tensor) -> landmark_detector.Detections:
        """Detects, with batch norm's running statistics."""
        heatmaps = self.hourglass(x, training=False)
        keypoints, confidence = gaussian_heatmaps.read(heatmaps)
        return landmark_detector.Detections(
            keypoints, confidence, self.beta(keypoints)
        )
