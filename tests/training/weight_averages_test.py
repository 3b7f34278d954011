import numpy as np
import tensorflow as tf
from tensorflow import keras

from tests.training import tiny_networks
from tf_landmarks.training import weight_averages

_MOMENTUM = 0.6


def _network():
    network = keras.Sequential([keras.layers.BatchNormalization()])
    network.build([None, 2])
    return network


def _slow_means(values):
    """Of weights after each update, by the formula, in NumPy."""
    mean = np.zeros_like(values[0])
    for updates, value in enumerate(values, start=1):
        momentum = min(_MOMENTUM, updates / (updates + 10.0))
        mean = momentum * mean + (1 - momentum) * value
    return mean


def test_the_means_are_those_of_a_slow_version():
    trained = _network()
    averages = weight_averages.WeightAverages(
        {"phi": trained}, {"phi": _network()}, _MOMENTUM
    )
    for mean in averages.networks["phi"].weights:
        mean.assign(tf.zeros_like(mean))
    rng = np.random.default_rng(0)
    history = []
    for batch in range(30):
        # Scale, offset and the running statistics, which no gradient reaches.
        values = rng.normal(size=[4, 2]).astype(np.float32)
        trained.set_weights(list(values))
        averages.on_train_batch_end(batch)
        history.append(values)
    np.testing.assert_allclose(
        averages.networks["phi"].get_weights(), _slow_means(history), atol=1e-6
    )


def test_training_goes_on_with_the_weights_themselves():
    stages = [tiny_networks.Stage(), tiny_networks.Stage()]
    copy = tiny_networks.Stage().dense
    averages = weight_averages.WeightAverages(
        {"dense": stages[0].dense}, {"dense": copy}, _MOMENTUM
    )
    stages[0].train([1.0, 2.0, 3.0], [averages])
    stages[1].train([1.0, 2.0, 3.0], [])
    weight, alone, mean = (
        float(layer.kernel) for layer in (*(s.dense for s in stages), copy)
    )
    assert weight == alone
    assert weight < mean < 1.0  # It fell, and the mean lags behind.
    assert int(averages.state.updates) == 3
