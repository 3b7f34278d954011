"""Cropping, resizing and the coordinates that go with them.

Conventions (see `tf_landmarks/__init__.py`): in pixel coordinates the integer
i is the centre of pixel i. A box is (x, y, width, height) in pixel *edges*,
as COCO's `bbox`: pixel i covers [i, i + 1). A square box of side s that is
resized to S pixels puts the centre of output pixel j at the pixel coordinate
x + (j + 0.5) s / S - 0.5, and normalised coordinates are -1 at the centre of
output pixel 0 and 1 at the centre of output pixel S - 1.
"""

import numpy as np
import tensorflow as tf


def square_box(box):
    """Grows the short side of `box` (x, y, width, height) about its centre."""
    x, y, width, height = box
    side = max(width, height)
    return (x - (side - width) / 2, y - (side - height) / 2, side, side)


def padded_square(height: int, width: int):
    """The smallest centred square box that holds a whole frame."""
    return square_box((0.0, 0.0, float(width), float(height)))


def crop_and_resize(image, box, size: int) -> tf.Tensor:
    """Crops a square box out of an image and resizes it, antialiased.

    Args:
      image: [H, W, 3], uint8 or float32, 0 to 255.
      box: square (x, y, side, side) in pixel edges, may reach over the image;
        what lies outside is black.
      size: S, side of the result in pixels.

    Returns:
      float32 [S, S, 3] in [-1, 1].
    """
    image = tf.convert_to_tensor(image)
    return crop_and_resize_all(image[tf.newaxis], tf.stack(box), size)[0]


def crop_and_resize_all(images, box, size: int) -> tf.Tensor:
    """`crop_and_resize` of images [B, H, W, 3], all by one box [4]."""
    box = tf.cast(box, tf.float32)
    scale = size / box[2]
    resized = tf.raw_ops.ScaleAndTranslate(
        images=images,
        size=[size, size],
        scale=tf.stack([scale, scale]),
        translation=tf.stack([-box[1] * scale, -box[0] * scale]),
        kernel_type="triangle",
        antialias=True,
    )  # [B, S, S, 3]; 0 where a pixel's centre is outside the image
    return tf.clip_by_value(resized, 0.0, 255.0) / 127.5 - 1.0


def as_uint8(image) -> tf.Tensor:
    """An image of [-1, 1] in grey levels from 0 to 255, rounded."""
    return tf.cast(tf.round((image + 1.0) * 127.5), tf.uint8)


def pixels_to_normalized(keypoints, box, size: int):
    """Keypoints [..., K, 2] in an image's pixels -> [-1, 1] of the crop.

    Args:
      keypoints: (x, y), integers are the centres of pixels.
      box: square (x, y, side, side) in pixel edges.
      size: S, the side in pixels that the crop is resized to.
    """
    corner = [box[0], box[1]]
    pixel = (keypoints + 0.5 - corner) * (size / box[2]) - 0.5
    return 2.0 * pixel / (size - 1) - 1.0


def normalized_to_pixels(keypoints, box, size: int):
    """The inverse of `pixels_to_normalized`."""
    corner = [box[0], box[1]]
    pixel = (keypoints + 1.0) * ((size - 1) / 2.0)
    return (pixel + 0.5) * (box[2] / size) - 0.5 + corner


def turned(points: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Points [N, K, 2], y down, turned about (0, 0); [N], clockwise."""
    angle = np.deg2rad(degrees)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    ).transpose(2, 1, 0)  # [N, 2, 2], for row vectors
    return points @ turn
