"""What to detect in: images by a pattern, or a video."""

import glob
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks import errors
from tf_landmarks.data import images
from tf_landmarks.data import preprocessing
from tf_landmarks.data import videos

Box = tuple[float, float, float, float]


class Frame(NamedTuple):
    """One picture to detect in.

    Attributes:
      file_name: of the image, below the folder that all have in common; of
        the video.
      number: 0-based, of the video or among the images.
      image: uint8 RGB [H, W, 3].
    """

    file_name: str
    number: int
    image: np.ndarray


def find_images(pattern: str) -> list[pathlib.Path]:
    """The files that match --images, sorted.

    Raises:
      errors.UserError: there are none.
    """
    paths = sorted(pathlib.Path(p) for p in glob.glob(pattern, recursive=True))
    files = [path for path in paths if path.is_file()]
    if not files:
        problem = "is a folder" if paths else "matches no file"
        raise errors.UserError(
            f"--images={pattern} {problem}; give a pattern in quotes, such as "
            "--images='frames/*.jpg'"
        )
    return files


def read_images(paths: Sequence[pathlib.Path]) -> Iterator[Frame]:
    """Reads images, upright.

    Raises:
      errors.UserError: one cannot be read.
    """
    root = os.path.commonpath([path.absolute().parent for path in paths])
    for number, path in enumerate(paths):
        name = path.absolute().relative_to(root).as_posix()
        yield Frame(name, number, images.read_image(path))


def read_video(path: pathlib.Path) -> Iterator[Frame]:
    """Reads a video.

    Raises:
      errors.UserError: it cannot be read, or not to its end.
    """
    for number, image in enumerate(videos.frames(path)):
        yield Frame(path.name, number, image)


def parse_box(text: str | None) -> Box | None:
    """Reads --box, "x,y,width,height" in pixels.

    Raises:
      errors.UserError: not four numbers, or a size that is not positive.
    """
    if text is None:
        return None
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise errors.UserError(
            f"--box={text} is not four numbers; give it as x,y,width,height "
            "in pixels, such as --box=40,0,360,360"
        ) from None
    box = (x, y, width, height)
    if not (np.isfinite(box).all() and width > 0 and height > 0):
        raise errors.UserError(
            f"--box={text}: width and height must be above 0 and all four "
            "finite"
        )
    return box


def crop_of(frame: Frame, box: Box | None) -> Box:
    """The square to look in: around `box`, without one the padded frame.

    Raises:
      errors.UserError: the box lies outside the image.
    """
    height, width = frame.image.shape[:2]
    if box is None:
        return preprocessing.padded_square(height, width)
    x, y, box_width, box_height = box
    if not (-box_width < x < width and -box_height < y < height):
        raise errors.UserError(
            f"--box={','.join(f'{v:g}' for v in box)} lies outside "
            f"{frame.file_name}, which is {width}x{height}; give it as "
            "x,y,width,height in pixels"
        )
    return preprocessing.square_box(box)
