"""The detector alone, for runtimes that know no TensorFlow: crops in."""

import tensorflow as tf

from tf_landmarks.exporting import networks as exported_networks


class CropModule:
    """S x S crops in, pixels of the crops out.

    Attributes:
      size: S.
    """

    def __init__(self, networks: exported_networks.Networks):
        """Keeps the detector."""
        self.size = networks.arch.image_size
        self._detector = networks.detector

    @tf.function
    def detect(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Detects in crops.

        Args:
          images: float32 [B, S, S, 3], RGB from 0 to 255, resized antialiased.

        Returns:
          keypoints: float32 [B, K, 2], (x, y) in pixels of the crops.
          confidence: float32 [B, K] in (0, 1], see `heatmaps.confidence`.
        """
        detections = self._detector(images / 127.5 - 1.0)
        return {
            "keypoints": (detections.keypoints + 1) * ((self.size - 1) / 2),
            "confidence": detections.confidence,
        }

    def concrete(
        self, batch_size: int | None
    ) -> tf.types.experimental.ConcreteFunction:
        """`detect` of batches of one size; None: of any."""
        shape = [batch_size, self.size, self.size, 3]
        return self.detect.get_concrete_function(
            tf.TensorSpec(shape, tf.float32, "images")
        )
