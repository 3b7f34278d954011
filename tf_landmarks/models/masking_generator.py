"""Image generator Ψ of the experiments with MPI-INF-3DHP's skeletons.

Paper appendix F, fig. 23: encodes x_prime, masks its features by the limbs of
y_star, decodes; skip connections are concatenated:

    x_prime ─ encoder ─ code ─ [code, code ∘ y_star] ─ decoder ─ x_hat
                 └─ features ─ [f, f ∘ y_star] ── skips ──┘

The figure's table is not readable here. Chosen: y_star itself, averaged down
to the features' size, is the mask, once for each of its channels; features
are kept beside the masked ones, as there is no other way for the background;
skips are masked likewise, as the code alone places limbs to eight pixels; the
decoder is that of fig. 22.
"""

import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import blocks
from tf_landmarks.models import concatenating_encoder


class MaskingGenerator(keras.Model):
    """Ψ: y_star, x_prime -> x_hat."""

    def __init__(
        self,
        width: int = 32,
        norm: blocks.Normalization = blocks.batch_norm,
    ):
        """Makes the layers; the arguments are those of `image_generator`."""
        super().__init__(name="psi", autocast=False)
        self.style_encoder = blocks.Encoder(8 * width, width, norm)
        self.decoder = concatenating_encoder.concatenating_decoder(
            width, 3, norm
        )

    def call(
        self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool = False
    ) -> tf.Tensor:
        """Repaints a frame; in and out as `image_generator.ImageGenerator`."""
        y_star, x_prime = inputs
        *skips, code = [
            masked(features, y_star)
            for features in self.style_encoder(x_prime, training=training)
        ]
        x_hat = concatenating_encoder.decode(
            self.decoder, code, skips, training
        )
        return tf.cast(x_hat, tf.float32)


def masked(features: tf.Tensor, y_star: tf.Tensor) -> tf.Tensor:
    """Features, and again under each channel of y_star.

    Args:
      features: [B, h, w, C].
      y_star: [B, H, W, S] in [0, 1], of sides that h and w divide.

    Returns:
      [B, h, w, (1 + S) C].
    """
    times = y_star.shape[1] // features.shape[1]
    masks = tf.nn.avg_pool2d(y_star, times, times, "VALID")
    masks = tf.split(tf.cast(masks, features.dtype), y_star.shape[-1], axis=-1)
    return tf.concat([features, *(features * mask for mask in masks)], -1)
