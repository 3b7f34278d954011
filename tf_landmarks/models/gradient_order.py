"""Sums of gradients that do not depend on the threads: a seed makes a run.

Gradients of a tensor that is used three times or more are added up by AddN. It
begins with one whose memory it may overwrite. Which these are depends on what
else has been computed by then, and rounding on the order.
"""

import tensorflow as tf


def uses(tensor: tf.Tensor, count: int) -> tuple[tf.Tensor, ...]:
    """The tensor, once for each use or two; gradients are added in order.

    Args:
      tensor: of any shape.
      count: of uses, or pairs of them, as a sum of two has but one result.
    """

    @tf.custom_gradient
    def repeat(value):
        def gradient(*of_uses):
            return tf.reduce_sum(tf.stack(of_uses), axis=0)

        return tuple(tf.identity(value) for _ in range(count)), gradient

    return repeat(tensor)
