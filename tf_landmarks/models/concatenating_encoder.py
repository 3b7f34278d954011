"""Image encoder Φ of the experiments with MPI-INF-3DHP's skeletons.

Paper appendix F, fig. 22: that of fig. 17 with skip connections, which are
concatenated to the upsampled features, and a convolution more at full
resolution.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks


class ConcatenatingEncoder(keras.Model):
    """Φ."""

    def __init__(
        self,
        width: int = 32,
        channels: int = 1,
        norm: blocks.Normalization = blocks.batch_norm,
    ):
        """Makes the layers; the arguments are those of `image_encoder`."""
        super().__init__(name="phi", autocast=False)
        self.encoder = blocks.Encoder(8 * width, width, norm)
        self.decoder = concatenating_decoder(width, channels, norm)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Image [B, H, W, 3] in [-1, 1] -> skeleton image [B, H, W, C]."""
        *skips, code = self.encoder(x, training=training)
        y = decode(self.decoder, code, skips, training)
        return blocks.uncentred(tf.cast(y, tf.float32))


def concatenating_decoder(
    width: int, channels: int, norm: blocks.Normalization
) -> list[keras.Sequential]:
    """Fig. 22 from the code on: the last block has a convolution more."""
    *first, last = blocks.decoder_blocks(width, channels, norm)
    more = blocks.conv_norm_relu(width, 3, 1, norm)
    return [*first, keras.Sequential([*more, *last.layers])]


def decode(
    decoder: list[keras.Sequential],
    code: tf.Tensor,
    skips: list[tf.Tensor],
    training: bool,
) -> tf.Tensor:
    """Decodes.

    Args:
      decoder: of `concatenating_decoder`.
      code: [B, H/8, W/8, C].
      skips: features of sides H, H/2 and H/4.
      training: whether batch norm uses the batch's own statistics.

    Returns:
      [B, H, W, C], linear.
    """
    features = decoder[0](code, training=training)
    for block, skip in zip(decoder[1:], reversed(skips), strict=True):
        larger = blocks.upsample(features)
        features = block(tf.concat([larger, skip], -1), training=training)
    return features
