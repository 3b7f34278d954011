"""What the networks of figs. 17 to 20 are built of."""

from collections.abc import Callable
from collections.abc import Sequence

import tensorflow as tf
from tensorflow import keras

Normalization = Callable[[], keras.layers.Layer]

# Of CycleGAN and the authors' released code; the paper states none. With
# Keras' own default Φ stays at filled silhouettes for long.
INITIAL_STDDEV = 0.02

_EPSILON = 1e-5


def batch_norm() -> keras.layers.Layer:
    """Batch normalization as released: Φ and Ψ."""
    # Only the slower, unfused kernels can average over replicas.
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return keras.layers.BatchNormalization(
        momentum=0.9,
        epsilon=_EPSILON,
        gamma_initializer=keras.initializers.RandomNormal(1.0, INITIAL_STDDEV),
        synchronized=replicas > 1,
    )


def folded() -> keras.layers.Layer:
    """In the place of a batch norm whose affine map the convolution does."""
    return keras.layers.Activation("linear")


class InstanceNorm(keras.layers.Layer):
    """Instance normalization [66] without affine parameters: η and D_y."""

    def call(self, features: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Normalizes each channel of each image [B, H, W, C].

        In training, by the fused kernel of batch norm: half the time. It
        cannot be exported everywhere; the formula can. Both are float32
        inside.
        """
        if training:
            return _normalize_fused(features)
        values = tf.cast(features, tf.float32)
        mean, variance = tf.nn.moments(values, axes=[1, 2], keepdims=True)
        values = (values - mean) * tf.math.rsqrt(variance + _EPSILON)
        return tf.cast(values, features.dtype)


def _normalize_fused(features: tf.Tensor) -> tf.Tensor:
    """Batch norm of one image with B * C channels."""
    _, height, width, channels = features.shape
    images_last = tf.transpose(features, [1, 2, 0, 3])
    one_image = tf.reshape(images_last, [1, height, width, -1])
    ones = tf.ones(tf.shape(one_image)[-1:])
    normalized, _, _ = tf.compat.v1.nn.fused_batch_norm(
        one_image, scale=ones, offset=tf.zeros_like(ones), epsilon=_EPSILON
    )
    images_last = tf.reshape(normalized, [height, width, -1, channels])
    return tf.transpose(images_last, [2, 0, 1, 3])


def conv(
    filters: int, kernel_size: int, strides: int = 1, **kwargs
) -> keras.layers.Conv2D:
    """A convolution with the released initialization."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides,
        padding=kwargs.pop("padding", "same"),
        kernel_initializer=keras.initializers.RandomNormal(0, INITIAL_STDDEV),
        **kwargs,
    )


def conv_norm_relu(
    filters: int, kernel_size: int, strides: int, norm: Normalization
) -> list[keras.layers.Layer]:
    """Convolution, normalization, ReLU; batch norm makes a bias idle."""
    return [
        conv(filters, kernel_size, strides, use_bias=norm is not batch_norm),
        norm(),
        keras.layers.ReLU(),
    ]


class Encoder(keras.Model):
    """The encoder of [23]: four blocks of two convolutions, then a 1x1.

    The first block keeps the resolution, each of the others halves it; the
    1x1 convolution has neither normalization nor activation.
    """

    def __init__(
        self,
        channels: int,
        width: int = 32,
        norm: Normalization = batch_norm,
    ):
        """Makes the layers.

        Args:
          channels: of the code.
          width: channels of the first block; they double from block to block.
          norm: makes the normalization after each convolution.
        """
        super().__init__(name="encoder", autocast=False)
        self.blocks = [
            keras.Sequential(
                conv_norm_relu(width * 2**i, 3 if i else 7, 2 if i else 1, norm)
                + conv_norm_relu(width * 2**i, 3, 1, norm)
            )
            for i in range(4)
        ]
        self.to_code = conv(channels, 1, use_bias=norm is not batch_norm)

    def call(self, image: tf.Tensor, training: bool = False) -> list[tf.Tensor]:
        """Image [B, H, W, C] -> features of blocks 1 to 3 and the code.

        Their sides are H, H/2, H/4 and H/8.
        """
        features = []
        for block in self.blocks:
            image = block(image, training=training)
            features.append(image)
        features[-1] = self.to_code(features[-1])
        return features


def decoder_blocks(
    width: int, channels: int, norm: Normalization = batch_norm
) -> Sequence[keras.Sequential]:
    """Four blocks of two convolutions, an upsampling between one and the next.

    Args:
      width: channels of the last block's first convolution; each block before
        it has twice as many.
      channels: of the image that the last convolution gives, linearly.
      norm: makes the normalization after each convolution but the last.
    """
    blocks = [
        keras.Sequential(
            conv_norm_relu(width * 2**i, 3, 1, norm)
            + conv_norm_relu(width * 2**i, 3, 1, norm)
        )
        for i in (3, 2, 1)
    ]
    last = [*conv_norm_relu(width, 3, 1, norm), conv(channels, 3)]
    return [*blocks, keras.Sequential(last)]


def upsample(features: tf.Tensor) -> tf.Tensor:
    """Doubles both sides, bilinearly, with half-pixel centres."""
    height, width = features.shape[1:3]
    larger = tf.image.resize(features, [2 * height, 2 * width])  # float32
    return tf.cast(larger, features.dtype)


def centred(skeleton_image: tf.Tensor) -> tf.Tensor:
    """From [0, 1] to the range [-1, 1] in which networks see skeletons."""
    return 2.0 * skeleton_image - 1.0


def uncentred(image: tf.Tensor) -> tf.Tensor:
    """From [-1, 1] to the range [0, 1] of skeleton images."""
    return (image + 1.0) / 2.0
