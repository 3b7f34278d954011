"""Heatmaps of the stacked hourglass: drawn of labels, read for landmarks.

Newell et al., ECCV 2016. A cell stands for the middle of the 4x4 pixels that
it is of, in which these heatmaps differ from those of η (`heatmaps`).
"""

import tensorflow as tf

PIXELS = 4  # of a cell's side

# In cells, as published: 1 of the 64 that an image of 256 pixels has. A share
# of the image in its place would be lost between the cells of small images.
_SIGMA = 1.0


def _cells(keypoints: tf.Tensor, side: int) -> tf.Tensor:
    """From [-1, 1] to the index of a cell, of which there are `side`."""
    pixels = (keypoints + 1.0) / 2.0 * (PIXELS * side - 1)
    return (pixels - (PIXELS - 1) / 2) / PIXELS


def _keypoints(cells: tf.Tensor, side: int) -> tf.Tensor:
    """From the index of a cell to [-1, 1]."""
    pixels = cells * PIXELS + (PIXELS - 1) / 2
    return pixels / (PIXELS * side - 1) * 2.0 - 1.0


def draw(p: tf.Tensor, side: int) -> tf.Tensor:
    """A Gaussian of height 1 about each landmark.

    It is of the landmark's exact place; the released code rounds that to a
    cell.

    Args:
      p: [B, K, 2] as (x, y) in [-1, 1].
      side: of the heatmaps, in cells.

    Returns:
      [B, side, side, K].
    """
    offsets = tf.range(side, dtype=tf.float32) - _cells(p, side)[..., None]
    columns, rows = tf.unstack(  # [B, K, side]
        tf.exp(-tf.square(offsets) / (2 * _SIGMA**2)), axis=2
    )
    gaussians = rows[:, :, :, None] * columns[:, :, None, :]
    return tf.transpose(gaussians, [0, 2, 3, 1])


def read(heatmaps: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The highest cell, a quarter of a cell towards its higher neighbour.

    That is along each axis, and as published not at the border.

    Args:
      heatmaps: [B, side, side, K] float32.

    Returns:
      Keypoints [B, K, 2] in [-1, 1], and the peaks' heights [B, K], which a
      sure network has near 1, cut off at 0 and 1.
    """
    _, side, _, num_landmarks = heatmaps.shape
    maps = tf.transpose(heatmaps, [0, 3, 1, 2])
    flat = tf.reshape(maps, [-1, num_landmarks, side * side])
    highest = tf.argmax(flat, axis=2, output_type=tf.int32)
    row, column = highest // side, highest % side

    def height(row, column):
        at = tf.clip_by_value(row, 0, side - 1) * side
        at += tf.clip_by_value(column, 0, side - 1)
        return tf.gather(flat, at, batch_dims=2)

    inside = (0 < row) & (row < side - 1) & (0 < column) & (column < side - 1)
    shifts = [
        tf.sign(height(row, column + 1) - height(row, column - 1)),
        tf.sign(height(row + 1, column) - height(row - 1, column)),
    ]
    cells = tf.cast(tf.stack([column, row], axis=-1), tf.float32)
    quarter = tf.where(inside[..., None], tf.stack(shifts, axis=-1) / 4, 0.0)
    peaks = tf.clip_by_value(height(row, column), 0.0, 1.0)
    return _keypoints(cells + quarter, side), peaks
