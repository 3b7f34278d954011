"""Skeleton discriminator D_y: skeleton image y [B, H, W, C] -> realness.

Paper sec. 4, fig. 20: patch discriminators of [79] on three scales. Each
gives a map, as released, over which losses average; the paper's text says a
scalar.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks

_SCALES = (1, 2, 4)


class PatchDiscriminator(keras.Model):
    """Fig. 20: 128 pixels -> a map of 14."""

    def __init__(self, width: int, norm_first: bool):
        super().__init__(autocast=False)
        layers = []
        for i, strides in enumerate((2, 2, 2, 1)):
            layers += [
                keras.layers.ZeroPadding2D(1),
                blocks.conv(width * 2**i, 4, strides, padding="valid"),
            ]
            if i or norm_first:
                layers.append(blocks.InstanceNorm())
            layers.append(keras.layers.LeakyReLU(0.2))
        layers += [
            keras.layers.ZeroPadding2D(1),
            blocks.conv(1, 4, padding="valid"),
        ]
        self.layers_in_order = layers

    def call(self, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Images [B, S, S, C] -> float32 [B, S/8 - 2, S/8 - 2, 1], by patch.

        To be 1 of what is real and 0 of what is generated.
        """
        del training  # Keras hands it on to the layers that ask.
        for layer in self.layers_in_order:
            y = layer(y)
        return tf.cast(y, tf.float32)


class SkeletonDiscriminator(keras.Model):
    """D_y: one patch discriminator a scale, with weights of its own."""

    def __init__(
        self, image_size: int, width: int = 64, norm_first: bool = False
    ):
        """Makes the layers.

        Args:
          image_size: H = W. Below 96 pixels the quarter scale leaves no map
            and is left out, below 48 the half scale too.
          width: channels of the first convolution; the paper's 64.
          norm_first: whether the first convolution is normalized: fig. 20,
            but not the released code.
        """
        super().__init__(name="d_y", autocast=False)
        # Three strides of 2, then two 4x4 convolutions that take a pixel each.
        self.scales = tuple(s for s in _SCALES if image_size // s // 8 > 2)
        self.patch_discriminators = [
            PatchDiscriminator(width, norm_first) for _ in self.scales
        ]

    def call(self, y: tf.Tensor, training: bool = False) -> list[tf.Tensor]:
        """Skeleton image [B, H, W, C] in [0, 1] -> maps [B, h, w, 1]."""
        y = blocks.centred(y)
        size = y.shape[1]
        return [
            discriminator(
                tf.image.resize(y, [size // s, size // s]), training=training
            )
            for s, discriminator in zip(
                self.scales, self.patch_discriminators, strict=True
            )
        ]
