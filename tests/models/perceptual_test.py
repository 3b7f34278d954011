import collections
import os
import pathlib
import pickle

import numpy as np
import tensorflow as tf
from absl.testing import parameterized
from tensorflow import keras

from tf_landmarks import errors
from tf_landmarks.models import perceptual

_FIRES = {  # number: channels in, squeezed, expanded (each of two)
    2: (64, 16, 64),
    3: (128, 16, 64),
    4: (128, 32, 128),
    5: (256, 32, 128),
    6: (256, 48, 192),
    7: (384, 48, 192),
    8: (384, 64, 256),
    9: (512, 64, 256),
}


def _generated_weights():
    """Arrays with the names and shapes of the released SqueezeNet 1.1."""
    shapes = {"conv1": (3, 3, 3, 64)}
    for number, (before, squeezed, expanded) in _FIRES.items():
        fire = f"fire{number}/"
        shapes[fire + "squeeze1x1"] = (1, 1, before, squeezed)
        shapes[fire + "expand1x1"] = (1, 1, squeezed, expanded)
        shapes[fire + "expand3x3"] = (3, 3, squeezed, expanded)
    rng = np.random.default_rng(0)
    return {
        name: [
            rng.normal(0, 0.05, shape).astype(np.float32),
            rng.normal(0, 0.05, [1, 1, 1, shape[-1]]),
        ]
        for name, shape in shapes.items()
    }


class _Command:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self._call = function, arguments

    def __reduce__(self):
        return self._call


class UnpicklerTest(tf.test.TestCase, parameterized.TestCase):
    def test_arrays_of_python_2_are_read(self):
        weights = {"conv1": [np.arange(6.0).reshape(2, 3), np.float32([1, 2])]}
        data = pickle.dumps(weights, protocol=3)
        for array in weights["conv1"]:
            # Where Python 3 writes bytes, Python 2 wrote a string.
            raw = bytes([array.nbytes]) + array.tobytes()
            self.assertIn(b"C" + raw, data)
            data = data.replace(b"C" + raw, b"U" + raw)
        read = perceptual.unpickle_arrays(data)
        self.assertEqual(list(read), ["conv1"])
        for a, b in zip(read["conv1"], weights["conv1"], strict=True):
            np.testing.assert_array_equal(a, b)

    @parameterized.named_parameters(
        ("command", _Command(os.system, "exit 1")),
        ("code", _Command(eval, "1")),
        ("file", _Command(open, os.devnull)),
        ("lookup", _Command(getattr, "", "join")),
        ("load", _Command(np.load, os.devnull)),
        ("path", pathlib.PurePosixPath("/")),
        ("container", collections.OrderedDict()),
    )
    def test_anything_else_is_refused(self, value):
        for protocol in (0, 2, 4):
            data = pickle.dumps({"conv1": value}, protocol)
            with self.assertRaises(pickle.UnpicklingError):
                perceptual.unpickle_arrays(data)


class SqueezeNetTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        self.network = perceptual.SqueezeNet()
        self.taps = self.network(tf.zeros([2, 128, 128, 3]))

    def test_taps_have_the_shapes_of_squeezenet_1_1(self):
        self.assertEqual(
            [tap.shape.as_list() for tap in self.taps],
            [
                [2, 128, 128, 3],
                [2, 63, 63, 64],
                [2, 31, 31, 128],
                [2, 15, 15, 256],
                [2, 7, 7, 384],
                [2, 7, 7, 512],
            ],
        )

    def test_parameters_are_those_of_squeezenet_1_1_without_its_top(self):
        self.assertEqual(self.network.count_params(), 1_235_496 - 513_000)
        self.assertEmpty(self.network.trainable_variables)

    def test_the_first_tap_is_the_image_as_caffe_saw_it(self):
        red = tf.constant([1.0, -1.0, 0.0], shape=[1, 1, 1, 3])
        image = self.network(tf.tile(red, [1, 32, 32, 1]))[0]
        self.assertAllClose(
            image[0, 0, 0], [127.5 - 103.939, -116.779, 255 - 123.68]
        )

    def test_weights_come_to_their_layers_by_name(self):
        weights = _generated_weights()
        perceptual.assign_squeezenet(self.network, weights)
        x = tf.random.stateless_uniform([1, 32, 32, 3], (0, 1), -1, 1)
        taps = self.network(x)
        features = taps[0]
        expected = [features]

        def convolved(features, name, strides=1, padding="SAME"):
            kernel, bias = weights[name]
            features = tf.nn.conv2d(features, kernel, strides, padding)
            return tf.nn.relu(features + tf.cast(bias, tf.float32))

        features = convolved(features, "conv1", 2, "VALID")
        expected.append(features)
        for number in _FIRES:
            if number in (2, 4, 6):
                features = tf.nn.max_pool2d(features, 3, 2, "VALID")
            fire = f"fire{number}/"
            squeezed = convolved(features, fire + "squeeze1x1")
            features = tf.concat(
                [
                    convolved(squeezed, fire + f"expand{k}")
                    for k in ("1x1", "3x3")
                ],
                axis=-1,
            )
            if number in (3, 5, 7, 9):
                expected.append(features)
        for tap, slow in zip(taps, expected, strict=True):
            self.assertGreater(tf.math.reduce_std(tap), 1e-3)
            self.assertAllClose(tap, slow, rtol=1e-3, atol=1e-3)


class Vgg19Test(tf.test.TestCase):
    def test_taps_are_the_released_ones(self):
        network = perceptual.Vgg19(None)
        taps = network(tf.zeros([1, 32, 32, 3]))
        self.assertEqual(
            [tap.shape.as_list() for tap in taps],
            [
                [1, 32, 32, 3],
                [1, 32, 32, 64],
                [1, 16, 16, 128],
                [1, 8, 8, 256],
                [1, 4, 4, 512],
                [1, 2, 2, 512],
            ],
        )
        self.assertEmpty(network.trainable_variables)

    def test_relu_only_where_asked_for(self):
        x = tf.random.stateless_uniform([1, 16, 16, 3], (0, 1), -1, 1)
        path = os.path.join(self.get_temp_dir(), "vgg19.h5")
        keras.applications.VGG19(
            include_top=False, weights=None, input_shape=(None, None, 3)
        ).save_weights(path)
        linear = perceptual.vgg19(path)(x)
        rectified = perceptual.vgg19(path, relu=True)(x)
        self.assertAllClose(linear[0], rectified[0])
        for a, b in zip(linear[1:], rectified[1:], strict=True):
            self.assertAllLess(tf.reduce_min(a), 0.0)
            self.assertAllGreaterEqual(b, 0.0)

    def test_weights_that_are_no_file_are_the_users_error(self):
        with self.assertRaisesRegex(
            errors.UserError, r"--perceptual_weights=.*no such file"
        ):
            perceptual.vgg19(os.path.join(self.get_temp_dir(), "nothing.h5"))

    def test_weights_that_do_not_fit_are_the_users_error(self):
        garbage = pathlib.Path(self.get_temp_dir(), "garbage.h5")
        garbage.write_bytes(b"not HDF5")
        other = os.path.join(self.get_temp_dir(), "other.h5")
        keras.Sequential(
            [keras.layers.Dense(2, input_shape=(3,))]
        ).save_weights(other)
        for path in (garbage, other):
            with self.assertRaisesRegex(
                errors.UserError, "--perceptual_weights=.*could not be loaded"
            ):
                perceptual.vgg19(str(path))


if __name__ == "__main__":
    tf.test.main()
