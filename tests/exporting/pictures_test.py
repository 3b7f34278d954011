import io
import struct
import zlib

import numpy as np
import tensorflow as tf
from absl.testing import parameterized
from PIL import Image

from tf_landmarks.data import preprocessing
from tf_landmarks.exporting import pictures

_SIZE = 16


def _picture(height, width, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), np.uint8)


def _file(picture, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def _png_of_size(width, height, before=()):
    """A PNG of a few bytes that says that it is this large.

    Args:
      width: in its header.
      height: in its header.
      before: kind and data of a chunk that stands before the header.
    """

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    return (
        b"\x89PNG\r\n\x1a\n"
        + (chunk(*before) if before else b"")
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def _jpeg_of_size(width, height):
    """A JPEG that says that it is this large."""
    jpeg = bytearray(_file(_picture(8, 8), "JPEG"))
    frame = jpeg.index(b"\xff\xc0") + 5
    jpeg[frame : frame + 4] = struct.pack(">HH", height, width)
    return bytes(jpeg)


# libpng reads it as the larger; 4x4 stands where sizes should.
_TWO_SIZES = _png_of_size(
    50_000, 50_000, (b"teSt", struct.pack(">II", 4, 4) + bytes(5))
)


@tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8)])
def _crop(images):
    return pictures.crop(images, _SIZE)


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
def _decode_and_crop(encoded):
    return pictures.decode_and_crop(encoded, _SIZE)


class PicturesTest(tf.test.TestCase, parameterized.TestCase):
    def test_a_batch_is_cropped_as_detect_crops_a_frame(self):
        batch = np.stack([_picture(20, 30, seed) for seed in range(3)])
        crops, box = _crop(batch)
        self.assertAllEqual(box, [0, -5, 30, 30])
        for picture, crop in zip(batch, crops, strict=True):
            expected = preprocessing.crop_and_resize(
                picture, preprocessing.padded_square(20, 30), _SIZE
            )
            self.assertAllClose(crop, expected)

    def test_files_of_different_sizes_and_kinds_go_in_one_batch(self):
        grey = np.full((9, 12), 77, np.uint8)
        files = [
            _file(_picture(20, 30)),
            _file(_picture(40, 25), "JPEG", quality=95, subsampling=0),
            _file(grey),
            _file(grey, "JPEG"),
        ]
        crops, boxes = _decode_and_crop(files)
        self.assertAllEqual(
            boxes,
            [
                [0, -5, 30, 30],
                [-7.5, 0, 40, 40],
                [0, -1.5, 12, 12],
                [0, -1.5, 12, 12],
            ],
        )
        for file, crop, box in zip(files, crops, boxes, strict=True):
            picture = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
            expected = preprocessing.crop_and_resize(
                picture, tf.unstack(box), _SIZE
            )
            # JPEG decoders round differently.
            self.assertAllClose(crop, expected, atol=4 / 127.5)

    @parameterized.parameters(
        ((0, 8, 8, 3), "the batch is empty"),
        ((2, 0, 8, 3), "1 to 64000000 pixels.* .0. .8."),
        ((2, 8, 0, 3), "1 to 64000000 pixels.* .8. .0."),
        ((1, 8001, 8000, 3), "1 to 64000000 pixels.* .8001. .8000."),
    )
    def test_batches_without_pictures_are_refused(self, shape, message):
        with self.assertRaisesRegex(tf.errors.InvalidArgumentError, message):
            _crop(np.zeros(shape, np.uint8))

    @parameterized.named_parameters(
        ("nothing", [], "the batch is empty"),
        ("empty", [b""], "neither JPEG nor PNG"),
        ("text", [b"an image, really"], "neither JPEG nor PNG"),
        ("gif", [_file(_picture(8, 8), "GIF")], "neither JPEG nor PNG"),
        ("start_of_png", [_file(_picture(8, 8))[:23]], "neither JPEG nor PNG"),
        ("start_of_jpeg", [b"\xff\xd8\xff\xe0"], "Invalid JPEG"),
        ("cut_png", [_file(_picture(8, 8))[:-30]], "Invalid PNG"),
        ("cut_jpeg", [_file(_picture(64, 64), "JPEG")[:-99]], "Invalid JPEG"),
        ("png_bomb", [_png_of_size(50_000, 50_000)], ".50000. .50000."),
        ("large_png", [_png_of_size(2**31 - 1, 2**31 - 1)], "1 to 64000000"),
        ("png_of_two_sizes", [_TWO_SIZES], "neither JPEG nor PNG"),
        ("jpeg_bomb", [_jpeg_of_size(65_000, 65_000)], ".65000. .65000."),
        ("second", [_file(_picture(8, 8)), b"no"], "neither JPEG nor PNG"),
    )
    def test_what_is_no_picture_is_refused(self, files, message):
        with self.assertRaisesRegex(tf.errors.InvalidArgumentError, message):
            _decode_and_crop(tf.constant(files, tf.string))

    def test_keypoints_go_back_to_each_picture(self):
        boxes = np.array([[0.0, -5.0, 30.0, 30.0], [-7.5, 0.0, 40.0, 40.0]])
        p = np.array([[[-1.0, 1.0], [0.25, 0.0]], [[0.5, -0.5], [1.0, 1.0]]])
        pixels = pictures.to_pixels(p, tf.constant(boxes), _SIZE)
        for points, box, found in zip(p, boxes, pixels, strict=True):
            expected = preprocessing.normalized_to_pixels(points, box, _SIZE)
            self.assertAllClose(found, expected)
        of_one_size = pictures.to_pixels(p, tf.constant(boxes[0]), _SIZE)
        self.assertAllClose(of_one_size[0], pixels[0])


if __name__ == "__main__":
    tf.test.main()
