"""What the tests of training share: networks that a step takes no time with."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow import keras

from tests import tiny_runs
from tf_landmarks.models import architecture
from tf_landmarks.training import gan
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import objectives
from tf_landmarks.training import optimizers
from tf_landmarks.training import stage

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


class Painter(keras.Model):
    """In place of Ψ, whose 70 variables take longest to build a graph of.

    Of y and x_prime, or of y alone.
    """

    def __init__(self):
        super().__init__(name="psi", autocast=False)
        self.conv = keras.layers.Conv2D(3, 5, padding="same")

    def call(self, inputs, training=False):
        return tf.cast(self.conv(tf.concat(inputs, axis=-1)), tf.float32)


class QuickArchitecture(architecture.Architecture):
    """Φ, η, β, D_y and D_x, and a Ψ of one layer."""

    def psi(self) -> keras.Model:
        return Painter()

    def unconditional_psi(self) -> keras.Model:
        return Painter()


def make_quick_architecture() -> QuickArchitecture:
    return QuickArchitecture(tiny_runs.SKELETON, SIZE, width=4)


def make_gan(
    arch: architecture.Architecture | None = None,
    kind: type[gan.GAN] = landmark_gan.LandmarkGAN,
    **objective,
) -> gan.GAN:
    """Stage 2, always with the same weights."""
    keras.utils.set_random_seed(0)
    return kind(
        arch or tiny_runs.architecture_of(),
        Features(),
        objectives.Objective(**objective),
        learning_rate=1e-3,
    )


def changed_by(
    networks: Mapping[str, keras.Model], step: Callable[[], object]
) -> set[str]:
    """Which networks have other weights after `step()`."""
    before = {name: n.get_weights() for name, n in networks.items()}
    step()
    return {
        name
        for name, network in networks.items()
        if any(map(np.any, differences(before[name], network.get_weights())))
    }


def differences(
    before: Sequence[np.ndarray], after: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Where weights differ."""
    return [old != new for old, new in zip(before, after, strict=True)]


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
        "p_bar_eta": uniform(3, [tiny_runs.SKELETON.num_landmarks, 2], 0.8),
    }


class Stage(stage.Stage):
    """A stage of one weight, whose loss is the square root of |w x|."""

    def __init__(self):
        super().__init__("stage", ["dense"], ["root"])
        self.dense = keras.layers.Dense(
            1, use_bias=False, kernel_initializer="ones"
        )
        self.dense.build([None, 1])
        self.players = {
            "dense": optimizers.Player([self.dense], optimizers.adam())
        }

    def train_step(self, x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.sqrt(abs(self.dense(x))))
        self.players["dense"].step(tape, loss)
        return self.log({"root": loss})

    def train(self, batches, callbacks):
        """Fits a batch of each number, from where it stands."""
        batches = tf.data.Dataset.from_tensor_slices(
            tf.constant(batches, tf.float32)[:, None, None]
        )
        self.compile()
        self.fit(batches, verbose=0, callbacks=callbacks)
