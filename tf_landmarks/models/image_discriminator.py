"""Image discriminator D_x: a frame, and one of its clip -> realness.

Paper sec. 4, fig. 21: patches, Siamese until the streams are concatenated:

    frame   ─ conv ─ conv ─┐
      shared weights       ├─ conv ─ conv ─ conv ─ map
    x_prime ─ conv ─ conv ─┘

Without conditioning the second branch is left out. Of the figure's table
nothing is readable here but slope, normalization and the Siamese start: the
convolutions are those of D_y (fig. 20, [79]), as of pix2pix's discriminator of
70 pixels, on one scale, and half of them are Siamese.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks

_SIAMESE = (2, 2)  # strides
_JOINT = (2, 1)


class ImageDiscriminator(keras.Model):
    """D_x."""

    def __init__(self, conditional: bool, width: int = 64):
        """Makes the layers.

        Args:
          conditional: whether frames come with another of their clip.
          width: channels of the first convolution; they double from one to
            the next, whatever is concatenated.
        """
        super().__init__(name="d_x", autocast=False)
        self.frames = 2 if conditional else 1
        self.siamese = keras.Sequential(_convolutions(width, _SIAMESE))
        self.joint = keras.Sequential(
            [
                *_convolutions(4 * width, _JOINT),
                keras.layers.ZeroPadding2D(1),
                blocks.conv(1, 4, padding="valid"),
            ]
        )

    def call(
        self, images: tf.Tensor, training: bool = False
    ) -> list[tf.Tensor]:
        """Judges.

        Args:
          images: [B, H, W, 3] in [-1, 1]; conditional: [B, H, W, 6], the frame
            and x_prime.
          training: see `blocks.InstanceNorm`.

        Returns:
          One map [B, h, w, 1] in a list, as of D_y's scales.
        """
        both = tf.concat(tf.split(images, self.frames, axis=-1), axis=0)
        features = self.siamese(both, training=training)
        streams = tf.split(features, self.frames)
        joint = self.joint(tf.concat(streams, axis=-1), training=training)
        return [tf.cast(joint, tf.float32)]


def _convolutions(width: int, strides: tuple[int, ...]) -> list:
    """4x4, instance norm before each leaky ReLU, twice as wide each time."""
    layers = []
    for i, stride in enumerate(strides):
        layers += [
            keras.layers.ZeroPadding2D(1),
            blocks.conv(width * 2**i, 4, stride, padding="valid"),
            blocks.InstanceNorm(),
            keras.layers.LeakyReLU(0.2),
        ]
    return layers
