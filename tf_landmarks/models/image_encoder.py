"""Image encoder Φ: image x [B, H, W, 3] -> skeleton image y [B, H, W, C].

Paper sec. 3, fig. 17:

    x ─ encoder ─ code H/8 ─ block ─ up ─ block ─ up ─ block ─ up ─ block ─ y
           └──────── skips H/4, H/2, H, merged by 1x1 ──┴──────┴──────┘

The skips are of the authors' released code (and of fig. 22); fig. 17 shows
none.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks


class Merge(keras.layers.Layer):
    """A linear 1x1 convolution of upsampled features beside skipped ones.

    It commutes with the upsampling, and is done before it: a quarter of the
    arithmetic, the same result.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.of_features = blocks.conv(channels, 1, use_bias=False)
        self.of_skip = blocks.conv(channels, 1, use_bias=False)

    def call(self, features: tf.Tensor, skip: tf.Tensor) -> tf.Tensor:
        """Features [B, h, w, C] and a skip [B, 2h, 2w, C'] -> [B, 2h, 2w, D].

        D is `channels`.
        """
        return blocks.upsample(self.of_features(features)) + self.of_skip(skip)


class ImageEncoder(keras.Model):
    """Φ."""

    def __init__(
        self,
        width: int = 32,
        skip_connections: bool = True,
        channels: int = 1,
        norm: blocks.Normalization = blocks.batch_norm,
    ):
        """Makes the layers.

        Args:
          width: channels at full resolution; the paper's 32.
          skip_connections: as released; False is fig. 17.
          channels: of skeleton images.
          norm: makes the normalization after each convolution.
        """
        super().__init__(name="phi", autocast=False)
        self.encoder = blocks.Encoder(8 * width, width, norm)
        self.decoder = blocks.decoder_blocks(width, channels, norm)
        self.merges = [
            Merge(width * 2**i) for i in ((3, 2, 1) if skip_connections else ())
        ]

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Image [B, H, W, 3] in [-1, 1] -> skeleton image [B, H, W, C].

        The last convolution is linear: y is only driven towards [0, 1].
        """
        *skips, features = self.encoder(x, training=training)
        features = self.decoder[0](features, training=training)
        for i, block in enumerate(self.decoder[1:]):
            if self.merges:
                features = self.merges[i](features, skips[-1 - i])
            else:
                features = blocks.upsample(features)
            features = block(features, training=training)
        return blocks.uncentred(tf.cast(features, tf.float32))
