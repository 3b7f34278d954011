"""Skeleton encoder η: skeleton image y [B, H, W, C] -> keypoints [B, K, 2].

Paper sec. 3.1, fig. 19: the encoder of [23] to K heatmaps of an eighth of the
size, then the expected position under each.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import heatmaps


class SkeletonEncoder(keras.Model):
    """η."""

    def __init__(
        self,
        num_landmarks: int,
        width: int = 32,
        norm: blocks.Normalization = blocks.InstanceNorm,
        separable_softmax: bool = True,
    ):
        """Makes the layers.

        Args:
          num_landmarks: K.
          width: channels at full resolution; the paper's 32.
          norm: makes the normalization after each convolution; instance norm
            as released, batch norm is fig. 19.
          separable_softmax: a softmax for each axis, as released; False is
            one over the whole heatmap, as the paper says.
        """
        super().__init__(name="eta", autocast=False)
        self.encoder = blocks.Encoder(num_landmarks, width, norm)
        self._marginals = (
            heatmaps.marginals
            if separable_softmax
            else heatmaps.joint_marginals
        )

    def marginals(
        self, y: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Each landmark's probability over columns and rows, [B, H/8, K]."""
        encoded = self.encoder(blocks.centred(y), training=training)
        return self._marginals(encoded[-1])

    def call(self, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Skeleton image [B, H, W, C] -> keypoints [B, K, 2] in [-1, 1]."""
        return heatmaps.keypoints(*self.marginals(y, training=training))
