"""What a source of data hands over: clips of frames, and unpaired poses."""

import itertools
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from absl import logging

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import images
from tf_landmarks.data import videos

# `Source.stride` of long videos: the 32 frames of an example span 1,000 of the
# video's, as the released code's pairs do, and shorter videos from end to end.
LONG_STRIDE = 32

# How far from the middle of its crop a landmark may be labelled, in the crop's
# sides: a whole one beside it. A crop holds the person, or what the image shows
# of one, and nobody reaches so far out of that.
_FARTHEST = 1.5


class Frame(NamedTuple):
    """One frame before it is cropped.

    Attributes:
      number: 0-based, of the clip.
      image: uint8 RGB [H, W, 3].
      box: square crop (x, y, side, side) in pixel edges.
      keypoints: [K, 2] in the image's pixels; None where not labelled.
      visibility: [K], COCO's flags; None where not labelled.
    """

    number: int
    image: np.ndarray
    box: tuple[float, float, float, float]
    keypoints: np.ndarray | None = None
    visibility: np.ndarray | None = None


class Clip(NamedTuple):
    """A named sequence of frames; `length` is for the progress bar."""

    name: str
    frames: Callable[[], Iterator[Frame]]
    length: int = 0


class Poses(NamedTuple):
    """Unpaired poses: the prior.

    Attributes:
      keypoints: [N, K, 2] in [-1, 1] of the box.
      boxes: [N, 4], the boxes (x, y, width, height) they came from.
      left_out: how many were left out because a landmark is missing, or far
        outside the crop.
      first_left_out: where the first of them is, for people; may be empty.
    """

    keypoints: np.ndarray
    boxes: np.ndarray
    left_out: int = 0
    first_left_out: str = ""


class Source(NamedTuple):
    """Everything that `prepare` writes.

    Attributes:
      name: of the dataset.
      description: for people, kept in `dataset.json`.
      skeleton: of the poses and the labels.
      clips: by split.
      poses: by split.
      labels: None, "labels" or "pseudo-labels (dlib)": what `test` carries.
      stride: frames from one to the next in a training example, of which pairs
        are drawn.
    """

    name: str
    description: dict
    skeleton: skeletons.Skeleton
    clips: dict[str, Sequence[Clip]]
    poses: dict[str, Poses]
    labels: str | None = None
    stride: int = 1


class BadFiles:
    """Raises for a bad file, or notes it where the user lets it be skipped."""

    def __init__(self, skip: bool):
        self._skip = skip
        self.messages: list[str] = []

    def report(self, error: images.BadFile) -> None:
        """Notes the file, or raises UserError if none may be skipped."""
        if not self._skip:
            raise errors.UserError(
                f"{error}; --skip_bad leaves it out"
            ) from error
        if str(error) in self.messages:
            return
        logging.warning("skipped: %s", error)
        self.messages.append(str(error))


def label(
    frame: Frame,
    keypoints: np.ndarray,
    skeleton: skeletons.Skeleton,
    path: pathlib.Path,
) -> Frame:
    """A frame with the landmarks [K, 2] of `skeleton` in its pixels.

    Those inside of the image are visible, those outside are labelled but not
    visible. `path` is the file that they are of.

    Raises:
      images.BadFile: none is inside, or one is further outside of the crop
        than the crop's side.
    """
    keypoints = np.asarray(keypoints, np.float64)
    height, width = frame.image.shape[:2]
    edges = keypoints + 0.5
    inside = ((edges >= 0) & (edges <= [width, height])).all(axis=-1)
    if not inside.any():
        raise images.BadFile(
            f"{path}: none of the landmarks of frame {frame.number} lies in "
            f"its image of {width}x{height} pixels; give the dataset's own file"
        )
    left, top, side, _ = frame.box
    middle = np.array([left, top]) + side / 2
    near = (np.abs(edges - middle) <= _FARTHEST * side).all(axis=-1)
    if not near.all():
        first = near.argmin()
        x, y = keypoints[first]
        raise images.BadFile(
            f"{path}: {skeleton.landmarks[first]} of frame {frame.number} is "
            f"at ({x:.0f}, {y:.0f}), more than the crop's side outside of its "
            f"crop, {side:g} pixels at ({left:g}, {top:g}); give the dataset's "
            "own file"
        )
    return frame._replace(keypoints=keypoints, visibility=1 + inside)


def find(folder: str, flag: str) -> list[pathlib.Path]:
    """The clips in a folder, sorted: video files and sub-folders.

    Args:
      folder: where to look.
      flag: the flag that named the folder, for the message.

    Raises:
      errors.UserError: no such folder, or nothing in it that is a clip.
    """
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise errors.UserError(
            f"--{flag}={folder}: no such folder; check the path"
        )
    paths = sorted(
        path
        for path in root.iterdir()
        if not path.name.startswith(".")
        and (path.is_dir() or path.suffix.lower() in videos.SUFFIXES)
    )
    if not paths:
        raise errors.UserError(
            f"--{flag}={folder}: no clips; put video files "
            f"({' '.join(videos.SUFFIXES)}) or one sub-folder of images per "
            "clip there"
        )
    return paths


def of_video(
    path: pathlib.Path, box: tuple[float, float, float, float], numbers: range
) -> Clip:
    """Some frames of a video under one crop: x, y, width, height in pixels."""

    def frames() -> Iterator[Frame]:
        decoded = itertools.islice(videos.frames(path), numbers.stop)
        for number, image in enumerate(decoded):
            if number in numbers:
                yield Frame(number, image, box)

    return Clip(path.stem, frames, len(numbers))


def image_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """The frames of a clip that is a folder, in the order of their names.

    Numbers in a name count as numbers: frame 9 comes before frame 10.
    """
    return sorted(
        (p for p in folder.iterdir() if p.suffix.lower() in images.SUFFIXES),
        key=lambda path: _natural(path.name),
    )


def _natural(name: str) -> tuple:
    digits = "".join(c if c.isdecimal() else " " for c in name).split()
    letters = "".join(" " if c.isdecimal() else c for c in name).split()
    return (letters, [int(d) for d in digits], name)


def read(
    path: pathlib.Path, bad_files: BadFiles
) -> Iterator[tuple[int, str, np.ndarray]]:
    """Yields (number, file name, image) of a clip.

    The file name is the image's for a folder, the empty string for a video.

    Raises:
      images.BadFile: the video cannot be read.
      errors.UserError: an image cannot be, and bad files are not skipped.
    """
    if not path.is_dir():
        for number, image in enumerate(videos.frames(path)):
            yield number, "", image
        return
    for number, file in enumerate(image_files(path)):
        try:
            yield number, file.name, images.read_image(file)
        except images.BadFile as error:
            bad_files.report(error)
