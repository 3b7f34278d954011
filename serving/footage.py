"""Frames to send: of images, a video or a camera."""

import glob
import pathlib
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import av
import numpy as np
from PIL import Image
from PIL import ImageOps

from serving import channels
from serving import command_line

# What an exported detector refuses: tf_landmarks' limit too.
MAX_PIXELS = 64_000_000

# Bytes: a message holds more than its picture. Half of MAX_PIXELS' sides fits.
_MOST_SENT = channels.MAX_MESSAGE_BYTES - 2**16

# Share of the frames that a video says it has: fewer are no whole video.
_WHOLE = 0.95


class Frame(NamedTuple):
    """One picture.

    Attributes:
      source: file name, or the camera's.
      number: 0-based, in its video or among the images.
      image: uint8 RGB [H, W, 3], upright.
    """

    source: str
    number: int
    image: np.ndarray


class Failed(NamedTuple):
    """A picture without landmarks.

    Attributes:
      source: file name, or the camera's.
      number: 0-based, in its video or among the images.
      reason: a sentence for the user.
      is_last: whether what comes after it is lost too.
    """

    source: str
    number: int
    reason: str
    is_last: bool


class Sent(NamedTuple):
    """What is sent of a picture.

    Attributes:
      image: uint8 RGB [h, w, 3].
      factor: by which it is smaller than the picture.
    """

    image: np.ndarray
    factor: int

    def in_original(self, keypoints: np.ndarray) -> np.ndarray:
        """Keypoints in pixels of the picture, (0, 0) a pixel's centre."""
        return (keypoints + 0.5) * self.factor - 0.5


def to_send(image: np.ndarray) -> Sent:
    """A picture of half the size, where the whole would not fit a message."""
    if image.size <= _MOST_SENT:
        return Sent(image, 1)
    return Sent(np.asarray(Image.fromarray(image).reduce(2)), 2)


def find_images(pattern: str) -> list[pathlib.Path]:
    """The files that match --images, sorted.

    Raises:
      command_line.UserError: there are none.
    """
    paths = sorted(pathlib.Path(p) for p in glob.glob(pattern, recursive=True))
    files = [path for path in paths if path.is_file()]
    if paths and not files:
        raise command_line.UserError(
            f"--images={pattern} matches folders only; give a pattern in "
            f"quotes, such as --images='{pattern.rstrip('/')}/*.jpg'"
        )
    if not files:
        raise command_line.UserError(
            f"--images={pattern} matches no file; give a pattern in quotes, "
            "such as --images='frames/*.jpg'"
        )
    return files


def read_images(paths: list[pathlib.Path]) -> Iterator[Frame | Failed]:
    """Reads images, upright; those that cannot be read are left out."""
    for number, path in enumerate(paths):
        try:
            yield Frame(str(path), number, _read_image(path))
        except command_line.UserError as error:
            yield Failed(str(path), number, str(error), is_last=False)


def _read_image(path: pathlib.Path) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            # Pillow warns of what is refused below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path)
        with image:
            if image.width * image.height > MAX_PIXELS:
                raise command_line.UserError(
                    f"{path}: {image.width}x{image.height} is more than "
                    f"{MAX_PIXELS} pixels; scale it down"
                )
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ) as error:
        raise command_line.UserError(
            f"{path}: cannot be read as an image ({error}); replace or remove "
            "it"
        ) from error


class Video:
    """A video file, or a camera.

    Attributes:
      frames: how many there are; 0: not known.
      rate: of frames in a second; 25 where the container does not say.
    """

    def __init__(self, path: str, container_format: str | None = None):
        """Opens it.

        Args:
          path: of the file or device.
          container_format: of devices, such as "v4l2".

        Raises:
          command_line.UserError: it cannot be opened, or has no frames.
        """
        self._path = path
        try:
            self._container = av.open(path, format=container_format)
        except (av.FFmpegError, OSError) as error:
            raise command_line.UserError(
                f"{path}: cannot be read as a video ({error}); check the path, "
                "or give another"
            ) from error
        if not self._container.streams.video:
            self._container.close()
            raise command_line.UserError(
                f"{path}: has no video stream; give another file"
            )
        stream = self._container.streams.video[0]
        stream.thread_type = "AUTO"
        self.frames = stream.frames
        self.rate = float(stream.average_rate or 25)

    def read(self) -> Iterator[Frame | Failed]:
        """Its frames, up to one that cannot be read."""
        number = 0
        with self._container as container:
            try:
                for frame in container.decode(video=0):
                    image = frame.to_ndarray(format="rgb24")
                    upright = np.rot90(image, round(frame.rotation / 90) % 4)
                    upright = np.ascontiguousarray(upright)
                    yield Frame(self._path, number, upright)
                    number += 1
            except av.FFmpegError as error:
                yield self._failed(number, error)
                return
        if number < _WHOLE * self.frames:
            yield self._failed(number, f"it should have {self.frames}")

    def _failed(self, number: int, why: object) -> Failed:
        reason = (
            f"{self._path}: cannot be read after {number} frames ({why}); "
            "replace it, or cut it there"
        )
        return Failed(self._path, number, reason, is_last=True)


def camera(number: int) -> Video:
    """A camera of this machine.

    Raises:
      command_line.UserError: there is none of this number.
    """
    return Video(f"/dev/video{number}", "v4l2")
