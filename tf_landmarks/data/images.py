"""Reads image files; refuses what cannot be a frame."""

import pathlib
import warnings

import numpy as np
from PIL import ExifTags
from PIL import Image
from PIL import ImageOps

from tf_landmarks import errors

MAX_PIXELS = 64_000_000  # more than an 8K frame; 192 MB once decoded
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


class BadFile(errors.UserError):
    """One of the user's files cannot be used; others may well be."""


def read_image(path: pathlib.Path) -> np.ndarray:
    """Reads an image upright as uint8 RGB [H, W, 3].

    Raises:
      BadFile: not an image, cut, or of more than `MAX_PIXELS`.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns of what `check_size` refuses.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path)
        with image:
            check_size(path, *image.size)
            return np.asarray(_upright(image))
    except (OSError, SyntaxError, ValueError) as error:
        raise BadFile(
            f"{path}: cannot be read as an image ({error}); replace or "
            "remove it"
        ) from error
    except Image.DecompressionBombError as error:
        raise BadFile(f"{path}: {error}; scale it down") from error


def _upright(image: Image.Image) -> Image.Image:
    """In RGB, as a viewer shows it, whatever its other tags are."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    plain = image.convert("RGB")
    plain.info.clear()  # Pillow would write tags anew that it cannot
    plain.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(plain)


def check_size(path: pathlib.Path, width: int, height: int) -> None:
    """Raises BadFile when an image has more than `MAX_PIXELS`."""
    if width * height > MAX_PIXELS:
        raise BadFile(
            f"{path}: {width}x{height} is more than {MAX_PIXELS} pixels; "
            "scale it down"
        )
