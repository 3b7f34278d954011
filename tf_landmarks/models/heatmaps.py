"""From the heatmaps of η to keypoints and their confidence.

A heatmap's first and last cell stand for -1 and 1, the centres of the image's
first and last pixel.
"""

import tensorflow as tf


def _expectation(probability: tf.Tensor) -> tf.Tensor:
    """Expected coordinate of probabilities [B, N, K] over axis 1: [B, K]."""
    cells = tf.linspace(-1.0, 1.0, probability.shape[1])
    # No einsum: of that tf2onnx makes nodes that OpenVINO does not read.
    return tf.reduce_sum(probability * cells[:, tf.newaxis], axis=1)


def marginals(heatmaps: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Probabilities over columns [B, W, K] and rows [B, H, K], as released.

    The logits are averaged over the other axis before the softmax.
    """
    heatmaps = tf.cast(heatmaps, tf.float32)  # [B, H, W, K]
    return (
        tf.nn.softmax(tf.reduce_mean(heatmaps, axis=1), axis=1),
        tf.nn.softmax(tf.reduce_mean(heatmaps, axis=2), axis=1),
    )


def joint_marginals(heatmaps: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The same of one softmax over the whole map: the paper's text."""
    heatmaps = tf.cast(heatmaps, tf.float32)
    _, height, width, num_landmarks = heatmaps.shape
    flat = tf.reshape(heatmaps, [-1, height * width, num_landmarks])
    joint = tf.reshape(
        tf.nn.softmax(flat, axis=1), [-1, height, width, num_landmarks]
    )
    return tf.reduce_sum(joint, axis=1), tf.reduce_sum(joint, axis=2)


def keypoints(columns: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """Expected positions [B, K, 2] as (x, y) in [-1, 1]."""
    return tf.stack([_expectation(columns), _expectation(rows)], axis=-1)


def confidence(columns: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """How concentrated the heatmaps are: [B, K] in (0, 1].

    The product of both marginals' highest probability: 1 where η sees one
    place only, 1 / (H W) where it sees none. It is no probability of being
    right; a sharp mistake is a confident one.
    """
    return tf.reduce_max(columns, axis=1) * tf.reduce_max(rows, axis=1)
