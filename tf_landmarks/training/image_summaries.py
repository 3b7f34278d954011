"""The picture of fig. 4, x, y, y*, x̂, x′ side by side, and the best weights."""

import pathlib
from collections.abc import Callable
from collections.abc import Mapping

import tensorflow as tf
from tensorflow import keras

from tf_landmarks import workdirs
from tf_landmarks.models import renderer
from tf_landmarks.models import repainter
from tf_landmarks.training import checkpointing


def columns_of_figure_4(
    networks: repainter.Repainter, x: tf.Tensor, x_prime: tf.Tensor
) -> dict[str, tf.Tensor]:
    """What fig. 4 shows, by name, each [B, H, W, 3], to be clipped to [0, 1].

    Args:
      networks: that see x and paint x_hat.
      x: frames [B, H, W, 3] in [-1, 1].
      x_prime: the same.
    """
    seen = networks.repaint(x, x_prime)
    return {
        "x": (x + 1) / 2,
        "y": renderer.in_colour(seen["y"]),
        "y_star": renderer.in_colour(seen["y_star"]),
        "x_hat": (seen["x_hat"] + 1) / 2,
        "x_prime": (x_prime + 1) / 2,
    }


def figure_4(
    networks: repainter.Repainter, x: tf.Tensor, x_prime: tf.Tensor
) -> tf.Tensor:
    """Rows of x, y, y_star, x_hat, x_prime: [B, H, 5 W, 3] in [0, 1]."""
    columns = columns_of_figure_4(networks, x, x_prime).values()
    return tf.clip_by_value(tf.concat(list(columns), axis=2), 0.0, 1.0)


class ImageSummaries(keras.callbacks.Callback):
    """Draws fig. 4 every so many updates, and measures the held-out error.

    Where that error is known, the checkpoint of the lowest is kept as "best";
    else the lowest reconstruction error decides.
    """

    def __init__(
        self,
        writer: tf.summary.SummaryWriter,
        networks: repainter.Repainter,
        pairs: Mapping[str, tf.Tensor],
        held_out_errors: Callable[[], dict[str, float]] | None,
        every: int,
    ):
        """Keeps what to draw.

        Args:
          writer: of TensorBoard's summaries.
          networks: to draw with.
          pairs: x and x_prime [B, H, W, 3].
          held_out_errors: of the present weights, by name; the first counts.
            Without any, as where nothing is visible, the reconstruction does.
          every: updates from a picture to the next.
        """
        super().__init__()
        self._writer = writer
        self._networks = networks
        self._pairs = pairs
        self._held_out_errors = held_out_errors
        self._every = every
        self.state = tf.Module(name="best")
        self.state.lowest = tf.Variable(float("inf"), trainable=False)

    def keep_best_in(
        self, folder: pathlib.Path, items: Mapping[str, tf.Module]
    ):
        """Names the folder and contents of the best checkpoint."""
        self._folder, self._items = folder, items

    def on_train_batch_end(self, batch, logs=None):
        step = self.model.step
        if step % self._every:
            return
        error = logs["reconstruction"]
        with self._writer.as_default(step):
            tf.summary.image(
                "x, y, y*, x_hat, x_prime",
                figure_4(self._networks, **self._pairs),
                max_outputs=len(self._pairs["x"]),
            )
            if self._held_out_errors is not None:
                errors = self._held_out_errors()
                error = next(iter(errors.values()), error)
                for name, value in errors.items():
                    tf.summary.scalar(f"held_out/{name}", value)
        # The error may be of before the update at which training diverges.
        if error < self.state.lowest and not checkpointing.find_divergence(
            logs, self.model.trainable_variables
        ):
            self.state.lowest.assign(error)
            workdirs.save(self._items, self._folder, step, keep=1, kind="best")
