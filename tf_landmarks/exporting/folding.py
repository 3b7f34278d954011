"""Networks for inference: batch norm done by the convolution before it.

(W x - mean) gamma / sqrt(variance + epsilon) + beta  =  W' x + b'
"""

from collections.abc import Iterator

import tensorflow as tf
from tensorflow import keras


def fold(trained: keras.Model, target: keras.Model) -> None:
    """Gives a network without batch norm the weights of one with it.

    Args:
      trained: Φ, Ψ or η, with variables.
      target: the same network made with `folded`, with variables; of any
        floating type.
    """
    sources = _with_norms(trained)
    targets = _with_norms(target)
    for (layer, norm), (folded, _) in zip(sources, targets, strict=True):
        if isinstance(layer, keras.layers.Conv2D):
            _fold_convolution(layer, norm, folded)
        else:
            for variable, value in zip(
                folded.variables, layer.variables, strict=True
            ):
                variable.assign(tf.cast(value, variable.dtype))


def _with_norms(
    model: keras.Model,
) -> Iterator[
    tuple[keras.layers.Layer, keras.layers.BatchNormalization | None]
]:
    """Layers with weights, each with the batch norm right behind it."""
    waiting = None
    for layer in _leaves(model):
        if isinstance(layer, keras.layers.BatchNormalization):
            yield waiting, layer
            waiting = None
        elif layer.variables:
            if waiting is not None:
                yield waiting, None
            waiting = layer
    if waiting is not None:
        yield waiting, None


def _leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer


def _fold_convolution(
    convolution: keras.layers.Conv2D,
    norm: keras.layers.BatchNormalization | None,
    target: keras.layers.Conv2D,
) -> None:
    kernel = convolution.kernel
    bias = convolution.bias if convolution.use_bias else 0.0
    if norm is not None:
        scale = norm.gamma * tf.math.rsqrt(norm.moving_variance + norm.epsilon)
        kernel = kernel * scale  # over the last axis, the filters
        bias = (bias - norm.moving_mean) * scale + norm.beta
    target.kernel.assign(tf.cast(kernel, target.kernel.dtype))
    if target.use_bias:
        bias = tf.broadcast_to(bias, target.bias.shape)
        target.bias.assign(tf.cast(bias, target.bias.dtype))
