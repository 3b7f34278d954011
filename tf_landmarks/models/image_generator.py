"""Image generator Ψ: y_star [B, H, W, C], x_prime [B, H, W, 3] -> x_hat.

Paper sec. 3.2, fig. 18: two encoders, one code, one decoder, no skips, so
that the geometry comes from the skeleton and the appearance from x_prime.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks


class ImageGenerator(keras.Model):
    """Ψ."""

    def __init__(
        self,
        width: int = 32,
        norm: blocks.Normalization = blocks.batch_norm,
    ):
        """Makes the layers.

        Args:
          width: channels at full resolution; the paper's 32.
          norm: makes the normalization after each convolution.
        """
        super().__init__(name="psi", autocast=False)
        self.skeleton_encoder = blocks.Encoder(8 * width, width, norm)
        self.style_encoder = blocks.Encoder(8 * width, width, norm)
        self.decoder = blocks.decoder_blocks(width, 3, norm)

    def call(
        self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool = False
    ) -> tf.Tensor:
        """Repaints a frame.

        Args:
          inputs: y_star [B, H, W, C] in [0, 1] and x_prime [B, H, W, 3] in
            [-1, 1].
          training: whether batch norm uses the batch's own statistics.

        Returns:
          x_hat [B, H, W, 3]; linear, driven towards [-1, 1].
        """
        y_star, x_prime = inputs
        geometry = self.skeleton_encoder(
            blocks.centred(y_star), training=training
        )
        appearance = self.style_encoder(x_prime, training=training)
        features = tf.concat([geometry[-1], appearance[-1]], -1)
        features = self.decoder[0](features, training=training)
        for block in self.decoder[1:]:
            features = block(blocks.upsample(features), training=training)
        return tf.cast(features, tf.float32)
