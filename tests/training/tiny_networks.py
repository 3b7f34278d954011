"""What the tests of training share: networks that a step takes no time with."""

import tensorflow as tf
from tensorflow import keras

from tests import tiny_runs
from tf_landmarks.training import landmark_gan

SIZE = tiny_runs.SIZE


class Features(keras.Model):
    """A perceptual network: the image, and one layer with random weights."""

    def __init__(self):
        super().__init__(name="features", trainable=False, autocast=False)
        self.conv = keras.layers.Conv2D(
            4,
            3,
            2,
            kernel_initializer=keras.initializers.GlorotUniform(seed=0),
        )

    def call(self, x):
        return [x, self.conv(x)]


def make_gan(**objective) -> landmark_gan.LandmarkGAN:
    """Stage 2, always with the same weights."""
    keras.utils.set_random_seed(0)
    return landmark_gan.LandmarkGAN(
        tiny_runs.architecture_of(),
        Features(),
        landmark_gan.Objective(**objective),
        learning_rate=1e-3,
    )


def make_batch(seed: int = 0, count: int = 4) -> dict[str, tf.Tensor]:
    """A batch as `pipelines.training_pairs` gives it."""

    def uniform(stream, shape, limit=1.0):
        return tf.random.stateless_uniform(
            [count, *shape], (seed, stream), -limit, limit
        )

    return {
        "x": uniform(0, [SIZE, SIZE, 3]),
        "x_prime": uniform(1, [SIZE, SIZE, 3]),
        "p_bar": uniform(2, [tiny_runs.SKELETON.num_landmarks, 2], 0.8),
    }
