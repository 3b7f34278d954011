"""Local contrast normalization, which shows what is faint in an image.

As in Jarrett, Kavukcuoglu, Ranzato and LeCun, "What is the best multi-stage
architecture for object recognition?", 2009: less the local mean, by the local
deviation. With the mean taken over the pixels of a `WINDOW` x `WINDOW` square
that lie in the image,

    v = y - mean(y)
    normalized = v / (FAINTEST + sqrt(mean(v²)))

channel by channel.
"""

import tensorflow as tf

WINDOW = 9  # pixels
FAINTEST = 1e-3  # deviation at which contrast is halved: 1 / 4 of a grey level


def normalized(y: tf.Tensor) -> tf.Tensor:
    """Images [B, H, W, C] -> the same, in [-WINDOW, WINDOW]."""
    v = y - _local_mean(y)
    return v / (FAINTEST + tf.sqrt(_local_mean(v**2)))


def in_log_scale(contrast: tf.Tensor) -> tf.Tensor:
    """What `normalized` gives -> in [0, 1] to look at, 0.5 where it is 0.

    As in fig. 2, in log scale: sign(c) log(1 + |c|), by its largest value.
    """
    logs = tf.sign(contrast) * tf.math.log1p(tf.abs(contrast))
    return 0.5 + 0.5 * logs / tf.math.log1p(float(WINDOW))


def _local_mean(images: tf.Tensor) -> tf.Tensor:
    # TensorFlow's pooling leaves what is outside of the image out of the mean.
    return tf.nn.avg_pool2d(images, WINDOW, 1, "SAME")
