"""Inside the exported graph: from pictures of any size to the network's.

What is no picture is told in a sentence: TF-Serving passes it on with the
status INVALID_ARGUMENT.
"""

import tensorflow as tf

from tf_landmarks.data import images
from tf_landmarks.data import preprocessing

_JPEG = b"\xff\xd8\xff"
# Its first chunk has the size: libpng, not the format, allows others before.
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_PNG_HEADER = 24  # bytes up to the end of width and height


def crop(
    pictures: tf.Tensor, size: int, name: str = "images"
) -> tuple[tf.Tensor, tf.Tensor]:
    """Resizes pictures of one size, padded to squares as `detect` pads them.

    Args:
      pictures: uint8 [B, H, W, 3].
      size: S, of the network.
      name: of the input, for messages.

    Returns:
      float32 [B, S, S, 3] in [-1, 1], and the square box [4] in pixel edges of
      the pictures.

    Raises:
      tf.errors.InvalidArgumentError: when it runs: there is no picture, no
        pixel, or more than `images.MAX_PIXELS` in one.
    """
    shape = tf.shape(pictures)
    count, height, width = shape[0], shape[1], shape[2]
    with tf.control_dependencies(
        [_assert_not_empty(count, name), _assert_size(height, width, name)]
    ):
        box = _padded_square(height, width)
    return preprocessing.crop_and_resize_all(pictures, box, size), box


def decode_and_crop(
    encoded: tf.Tensor, size: int, name: str = "image_bytes"
) -> tuple[tf.Tensor, tf.Tensor]:
    """The same of JPEG and PNG files, each of its own size.

    A camera's note in a JPEG of which way is up is not heeded.

    Args:
      encoded: string [B].
      size: S, of the network.
      name: of the input, for messages.

    Returns:
      float32 [B, S, S, 3] in [-1, 1], and boxes [B, 4].

    Raises:
      tf.errors.InvalidArgumentError: when it runs: there is no file, or one
        that is neither JPEG nor PNG, that is cut, or that has more than
        `images.MAX_PIXELS`, which is known before it is decoded.
    """

    def decode_and_crop_one(contents):
        picture = _decode(contents, name)
        box = _padded_square(tf.shape(picture)[0], tf.shape(picture)[1])
        return preprocessing.crop_and_resize(picture, box, size), box

    with tf.control_dependencies([_assert_not_empty(tf.size(encoded), name)]):
        encoded = tf.identity(encoded)
    return tf.map_fn(
        decode_and_crop_one,
        encoded,
        fn_output_signature=(
            tf.TensorSpec([size, size, 3], tf.float32),
            tf.TensorSpec([4], tf.float32),
        ),
        parallel_iterations=1,  # Each may take 200 MB while it is decoded.
    )


def to_pixels(keypoints: tf.Tensor, boxes: tf.Tensor, size: int) -> tf.Tensor:
    """Keypoints [B, K, 2] in [-1, 1] -> pixels of the pictures.

    Args:
      keypoints: of the detector.
      boxes: that the pictures were cropped by: [4], or [B, 4].
      size: S, of the network.
    """
    corner, side = boxes[..., tf.newaxis, :2], boxes[..., tf.newaxis, 2:3]
    at_origin = (0.0, 0.0, side)
    pixels = preprocessing.normalized_to_pixels(keypoints, at_origin, size)
    return pixels + corner


def _padded_square(height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """`preprocessing.padded_square`, in the graph."""
    height, width = tf.cast(height, tf.float32), tf.cast(width, tf.float32)
    side = tf.maximum(height, width)
    return tf.stack([(width - side) / 2, (height - side) / 2, side, side])


def _decode(contents: tf.Tensor, name: str) -> tf.Tensor:
    """One file's bytes -> uint8 [H, W, 3]."""
    is_png = _starts_with(contents, _PNG) & (
        tf.strings.length(contents) >= _PNG_HEADER
    )
    check = tf.debugging.Assert(
        is_png | _starts_with(contents, _JPEG),
        [f"{name}: a file is neither JPEG nor PNG; convert it to one of them"],
    )
    with tf.control_dependencies([check]):
        height, width = tf.cond(
            is_png, lambda: _png_size(contents), lambda: _jpeg_size(contents)
        )
    with tf.control_dependencies([_assert_size(height, width, name)]):
        # The op decodes what it finds, PNG as well.
        return tf.io.decode_jpeg(contents, channels=3)


def _starts_with(contents: tf.Tensor, signature: bytes) -> tf.Tensor:
    return tf.strings.substr(contents, 0, len(signature)) == signature


def _png_size(contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    header = tf.strings.substr(contents, _PNG_HEADER - 8, 8)
    numbers = tf.io.decode_raw(header, tf.int32, little_endian=False)
    numbers = tf.cast(numbers, tf.int64)
    return numbers[1], numbers[0]


def _jpeg_size(contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    shape = tf.io.extract_jpeg_shape(contents, tf.int32)
    shape = tf.cast(shape, tf.int64)
    return shape[0], shape[1]


def _assert_not_empty(count: tf.Tensor, name: str) -> tf.Operation:
    return tf.debugging.Assert(
        count > 0, [f"{name}: the batch is empty; send one image or more"]
    )


def _assert_size(
    height: tf.Tensor, width: tf.Tensor, name: str
) -> tf.Operation:
    height, width = tf.cast(height, tf.int64), tf.cast(width, tf.int64)
    positive = (height > 0) & (width > 0)
    return tf.debugging.Assert(
        positive & (height * width <= images.MAX_PIXELS),
        [
            f"{name}: an image must have 1 to {images.MAX_PIXELS} pixels; "
            "scale it down. Height and width are",
            height,
            width,
        ],
    )
