"""A small network that looks for x's appearance in a skeleton image.

What it finds in y, and not in y* = β(η(y)) of the same frames, is what the
bottleneck keeps from Ψ (secs. 1 and 3). It is asked for x itself: pose alone
tells much of that, and so the two are to be compared with each other.
"""

import math
from collections.abc import Hashable
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks.figures import contrast
from tf_landmarks.models import image_encoder

WIDTH = 8
BATCH_SIZE = 16
LEARNING_RATE = 1e-3
_RANGE = 2.0  # of frames, from -1 to 1


class Probe(keras.Model):
    """Skeleton images [B, H, W, C] -> frames [B, H, W, 3].

    Φ of fig. 17 at a quarter of its width, the other way round. Beside
    the skeleton image it sees this normalized by local contrast, so that it
    finds what is faint as well.
    """

    def __init__(self):
        super().__init__(name="probe")
        self.network = image_encoder.ImageEncoder(WIDTH, channels=3)

    def call(self, y: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Skeleton images [B, H, W, C] in [0, 1] -> [B, H, W, 3] in [-1, 1]."""
        seen = tf.concat([y, contrast.normalized(y)], axis=-1)
        return 2.0 * self.network(seen, training=training) - 1.0


def make(seed: int, y: tf.Tensor) -> Probe:
    """A new probe, for skeleton images such as y [B, H, W, C].

    Those of one seed, and one C, begin with the same weights.
    """
    keras.utils.set_random_seed(seed)
    probe = Probe()
    probe(y)  # makes the weights
    probe.compile(keras.optimizers.Adam(LEARNING_RATE), "mse")
    return probe


class Error(NamedTuple):
    """Of reconstructed frames.

    Attributes:
      mean_squared_error: over pixels and channels in [-1, 1], then frames.
      psnr: peak signal-to-noise ratio of that, in dB: 10 log10(4 / error).
    """

    mean_squared_error: float
    psnr: float


class Probes:
    """One probe for each kind of skeleton image, and the constant image."""

    def __init__(self, seed: int):
        """Keeps the seed of their weights."""
        self._seed = seed
        self._probes: dict[Hashable, Probe] = {}
        self._sum, self._seen = 0.0, 0

    def train(self, x: tf.Tensor, skeleton_images: Mapping) -> None:
        """An update of each from frames and, by kind, what to tell them by."""
        for kind, y in skeleton_images.items():
            if kind not in self._probes:
                self._probes[kind] = make(self._seed, y)
            self._probes[kind].train_on_batch(y, x)
        self._sum += tf.reduce_sum(x, axis=0)
        self._seen += len(x)

    def squared_errors(self, x: tf.Tensor, skeleton_images: Mapping) -> dict:
        """Of each of B frames, [B] by kind.

        Under None: of the constant image, the mean of the training frames.
        """
        guesses = {
            kind: probe(skeleton_images[kind])
            for kind, probe in self._probes.items()
        }
        guesses[None] = self._sum / self._seen
        return {
            kind: np.mean((guess - x) ** 2, axis=(1, 2, 3))
            for kind, guess in guesses.items()
        }


def summarize(squared_errors: np.ndarray) -> Error:
    """The mean over frames, and its PSNR; infinite where it is 0."""
    error = float(np.mean(squared_errors))
    psnr = 10 * math.log10(_RANGE**2 / error) if error else math.inf
    return Error(error, psnr)
