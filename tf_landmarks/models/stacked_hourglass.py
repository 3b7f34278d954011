"""The supervised baseline of table 1: Stacked Hourglass, of one stack.

Newell, Yang, Deng: Stacked Hourglass Networks for Human Pose Estimation, ECCV
2016, and the authors' released network:

    x ─ conv 7x7/2 ─ residual ─ max-pool ─ residual ─ residual ─ hourglass
      ─ residual ─ conv 1x1 ─ conv 1x1 ─ heatmaps [B, H/4, W/4, K]
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import gradient_order

_DEPTH = 4  # halvings in an hourglass


class Residual(keras.layers.Layer):
    """A bottleneck of 1x1, 3x3, 1x1, each after batch norm and ReLU."""

    def __init__(self, in_channels: int, channels: int):
        """Makes the layers; the skip has a convolution where widths differ."""
        super().__init__()
        half = channels // 2
        layers = []
        for filters, kernel_size in ((half, 1), (half, 3), (channels, 1)):
            layers += [
                blocks.batch_norm(),
                keras.layers.ReLU(),
                _conv(filters, kernel_size),
            ]
        self.bottleneck = keras.Sequential(layers)
        same = in_channels == channels
        self.skip = blocks.folded() if same else _conv(channels, 1)

    def call(self, features: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Features [B, h, w, in_channels] -> [B, h, w, channels]."""
        residual = self.bottleneck(features, training=training)
        return self.skip(features) + residual


class Hourglass(keras.layers.Layer):
    """Halves the features `depth` times and doubles them again, with skips."""

    def __init__(self, channels: int, depth: int):
        super().__init__()
        self.skip = Residual(channels, channels)
        self.halve = keras.layers.MaxPool2D(2)
        self.before = Residual(channels, channels)
        self.inner = (
            Hourglass(channels, depth - 1)
            if depth > 1
            else Residual(channels, channels)
        )
        self.after = Residual(channels, channels)
        self.double = keras.layers.UpSampling2D(2)  # nearest, as published

    def call(self, features: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Features -> features, [B, h, w, channels] both."""
        features, halved = gradient_order.uses(features, 2)
        low = self.before(self.halve(halved), training=training)
        low = self.inner(low, training=training)
        low = self.after(low, training=training)
        return self.skip(features, training=training) + self.double(low)


class StackedHourglass(keras.Model):
    """One stack."""

    def __init__(self, num_landmarks: int, image_size: int, width: int = 256):
        """Makes the layers.

        Args:
          num_landmarks: K.
          image_size: H = W, a multiple of 16. Heatmaps are halved four times,
            as published, or as often as their side allows.
          width: features of a residual module; a multiple of 8.
        """
        super().__init__(name="hourglass", autocast=False)
        self.stem = keras.Sequential(
            [
                *blocks.conv_norm_relu(width // 4, 7, 2, blocks.batch_norm),
                Residual(width // 4, width // 2),
                keras.layers.MaxPool2D(2),
                Residual(width // 2, width // 2),
                Residual(width // 2, width),
            ]
        )
        self.hourglass = Hourglass(width, _depth(image_size // 4))
        self.head = keras.Sequential(
            [
                Residual(width, width),
                *blocks.conv_norm_relu(width, 1, 1, blocks.batch_norm),
                _conv(num_landmarks, 1),
            ]
        )

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Image [B, H, W, 3] in [-1, 1] -> heatmaps [B, H/4, W/4, K]."""
        features = self.stem(x, training=training)
        features = self.hourglass(features, training=training)
        return tf.cast(self.head(features, training=training), tf.float32)


def _conv(filters: int, kernel_size: int) -> keras.layers.Conv2D:
    """A convolution with Keras' own initialization.

    The small weights of a GAN's networks leave a network this deep without a
    signal between one batch norm and the next.
    """
    return keras.layers.Conv2D(filters, kernel_size, padding="same")


def _depth(side: int) -> int:
    """How often a side can be halved, at most four times."""
    return next(
        depth for depth in range(_DEPTH, -1, -1) if side % 2**depth == 0
    )
