"""CycleGAN's image generator Ψ: skeleton image y [B, H, W, C] -> x_hat.

Paper sec. 3, before conditioning: fig. 18 without the branch of x_prime, so
that the two generators differ in nothing else.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks


class UnconditionalGenerator(keras.Model):
    """Ψ: y -> x."""

    def __init__(self, width: int = 32):
        """Makes the layers; `width` as for `image_generator`."""
        super().__init__(name="unconditional_psi", autocast=False)
        self.encoder = blocks.Encoder(8 * width, width)
        self.decoder = blocks.decoder_blocks(width, 3)

    def call(self, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Paints a frame.

        Args:
          y: [B, H, W, C], driven towards [0, 1].
          training: whether batch norm uses the batch's own statistics.

        Returns:
          x_hat [B, H, W, 3]; linear, driven towards [-1, 1].
        """
        code = self.encoder(blocks.centred(y), training=training)[-1]
        features = self.decoder[0](code, training=training)
        for block in self.decoder[1:]:
            features = block(blocks.upsample(features), training=training)
        return tf.cast(features, tf.float32)
