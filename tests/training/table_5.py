"""What the tests of table 5's models share: their losses in NumPy."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tf_landmarks.training import gan


def check_first_step(
    test: tf.test.TestCase,
    model: gan.GAN,
    batch: Mapping[str, tf.Tensor],
    images: Mapping[str, tf.Tensor],
) -> None:
    """Takes a step, and compares what it logs.

    Args:
      test: that asserts.
      model: new, so that pools and running means are empty.
      batch: of the step.
      images: `y`, `x_hat`, `painted`, and what D_x sees as `real` and `fake`.
    """
    y, painted = images["y"], images["painted"]
    p_bar_eta = batch["p_bar_eta"]
    y_bar = model.beta(batch["p_bar"])
    y_star = model.beta(model.eta(y))
    y_again = model.phi(painted, training=True)
    expected = {
        # Each layer's first distance is divided by itself.
        "perceptual": 1.0,
        "reconstruction": np.mean((images["x_hat"] - batch["x"]) ** 2),
        "adversarial": _distance(model.d_y, y, 1),
        "discriminator": _distance(model.d_y, y_bar, 1)
        + _distance(model.d_y, y, 0),
        "second_cycle": np.mean(abs(2 * y_again - 2 * y_bar)),
        "adversarial_x": _distance(model.d_x, images["fake"], 1),
        "discriminator_x": _distance(model.d_x, images["real"], 1)
        + _distance(model.d_x, images["fake"], 0),
        "eta_points": np.mean(
            (model.eta(model.beta(p_bar_eta)) - p_bar_eta) ** 2
        ),
        "eta_image": np.mean((2 * y_star - 2 * y) ** 2),
    }
    logs = model.train_step(batch)
    test.assertAllClose(
        {name: logs[name] for name in expected}, expected, rtol=1e-3
    )


def _distance(judge, images, target):
    return np.mean([np.mean((m - target) ** 2) for m in judge(images)])
