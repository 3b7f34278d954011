import struct

import numpy as np
import pytest
from PIL import Image

from tests.data import made_files
from tf_landmarks.data import images

_ROTATE_RIGHT = 6  # EXIF orientation of a phone held upright


def test_reads_rgb(tmp_path):
    Image.fromarray(made_files.frame(3)).save(tmp_path / "a.png")
    np.testing.assert_array_equal(
        images.read_image(tmp_path / "a.png"), made_files.frame(3)
    )


def test_grey_images_get_three_channels(tmp_path):
    Image.fromarray(made_files.frame(3)[..., 1]).save(tmp_path / "a.png")
    assert images.read_image(tmp_path / "a.png").shape == (48, 64, 3)


def test_photos_are_turned_upright(tmp_path):
    image = Image.fromarray(made_files.frame(3))
    exif = image.getexif()
    exif[0x0112] = _ROTATE_RIGHT
    image.save(tmp_path / "a.png", exif=exif)
    turned = images.read_image(tmp_path / "a.png")
    np.testing.assert_array_equal(turned, np.rot90(made_files.frame(3), -1))


def test_photos_are_turned_whatever_their_other_tags_are(tmp_path):
    # Little-endian TIFF: the orientation, and a resolution that is a text.
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2)
    exif += struct.pack("<HHIHH", 0x0112, 3, 1, _ROTATE_RIGHT, 0)
    exif += struct.pack("<HHI4sI", 0x011A, 2, 4, b"abc\0", 0)
    path = tmp_path / "a.png"
    Image.fromarray(made_files.frame(3)).save(path, exif=exif)
    np.testing.assert_array_equal(
        images.read_image(path), np.rot90(made_files.frame(3), -1)
    )


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_cut_image_is_named(tmp_path, share):
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(images.BadFile, match=r"a\.jpg: cannot be read"):
        images.read_image(path)


@pytest.mark.parametrize("side", [10_000, 20_000])  # the second: a bomb
def test_too_large_an_image_is_refused_before_it_is_decoded(tmp_path, side):
    path = tmp_path / "a.png"
    Image.new("1", (side, side)).save(path)
    with pytest.raises(images.BadFile, match="pixels"):
        images.read_image(path)
