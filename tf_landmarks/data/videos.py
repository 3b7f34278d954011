"""The frames of a video file, one at a time.

Through tensorflow-io's FFmpeg decoder where that loads and is right, else
through PyAV, which brings its own FFmpeg. The header is read by PyAV in both
cases: it says how many frames there should be, so that a cut file is not taken
for a short one, and whether the frames have to be turned upright.
"""

import functools
import pathlib
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import av
import numpy as np
import tensorflow as tf
from absl import logging

from tf_landmarks.data import images

SUFFIXES = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg")

# A file is cut when less than this of what its header declares can be read.
# Not 1: headers round, and count frames that an edit list hides.
_WHOLE = 0.95

# tensorflow-io leaves the columns after the last multiple of this black.
_TFIO_COLUMNS = 8


class Header(NamedTuple):
    """What a video file says of itself.

    Attributes:
      frames: how many; 0 where the container does not say.
      stream_seconds, seconds: duration of the video stream, and of all; 0
        where the container does not say.
      rate: frames per second, 0 where unknown.
      quarter_turns: how often to turn a frame by 90 degrees, against the
        clock, to have it upright.
      width: of the frames as they are stored, in pixels.
    """

    frames: int
    stream_seconds: float
    seconds: float
    rate: float
    quarter_turns: int
    width: int

    @property
    def expected_frames(self) -> int:
        """The least plausible number of frames, 0 where unknown."""
        counts = (
            self.frames,
            int(self.stream_seconds * self.rate),
            int(self.seconds * self.rate),
        )
        return min((count for count in counts if count), default=0)


def _unreadable(path: pathlib.Path, error) -> images.BadFile:
    return images.BadFile(
        f"{path}: cannot be read as a video ({error}); replace or remove it"
    )


def read_header(path: pathlib.Path) -> Header:
    """Opens a video and decodes its first frame.

    Raises:
      images.BadFile: not a video, or too large a picture.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise _unreadable(path, "it has no video stream")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise _unreadable(path, "its codec is not known")
            images.check_size(path, stream.width, stream.height)
            first = next(container.decode(stream), None)
            if first is None:
                raise _unreadable(path, "it has no frames")
            unit = float(stream.time_base or 0)
            return Header(
                frames=stream.frames,
                stream_seconds=(stream.duration or 0) * unit,
                seconds=(container.duration or 0) / av.time_base,
                rate=float(stream.average_rate or 0),
                quarter_turns=round(first.rotation / 90) % 4,
                width=first.width,
            )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def frames(path: pathlib.Path) -> Iterator[np.ndarray]:
    """Yields the upright frames of a video, uint8 RGB [H, W, 3].

    Raises:
      images.BadFile: not a video, damaged, or cut.
    """
    header = read_header(path)
    count = 0
    try:
        decoded = _decode(path, header.width)
        for count, frame in enumerate(decoded, start=1):  # noqa: B007
            yield np.rot90(frame, header.quarter_turns)
    except (av.FFmpegError, tf.errors.OpError, OSError, ValueError) as error:
        raise _unreadable(path, f"after {count} frames: {error}") from error
    if count < _WHOLE * header.expected_frames:
        raise _unreadable(
            path, f"cut: {count} of {header.expected_frames} frames"
        )


def _decode(path: pathlib.Path, width: int) -> Iterator[np.ndarray]:
    if tfio_decodes() and width % _TFIO_COLUMNS == 0:
        try:
            return _decode_tfio(path)
        except tf.errors.InvalidArgumentError:
            # Its FFmpeg is older than some codecs, such as AV1.
            logging.info("%s: PyAV, as tensorflow-io cannot open it", path)
    return _decode_pyav(path)


def _decode_pyav(path: pathlib.Path) -> Iterator[np.ndarray]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for packet in container.demux(stream):
            if packet.is_corrupt:
                raise ValueError("a damaged packet")
            for frame in packet.decode():
                if frame.is_corrupt:
                    raise ValueError("a damaged frame")
                yield frame.to_ndarray(format="rgb24")


def _decode_tfio(path: pathlib.Path) -> Iterator[np.ndarray]:
    import tensorflow_io as tfio

    dataset = tfio.experimental.IODataset.from_ffmpeg(str(path), "v:0")
    return dataset.as_numpy_iterator()


@functools.cache
def tfio_decodes() -> bool:
    """Whether tensorflow-io finds the FFmpeg 4.2 (or older) it wants."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one for each library it tries
        try:
            from tensorflow_io.python.ops import ffmpeg_ops  # noqa: F401

            loads = True
        except (ImportError, NotImplementedError):
            loads = False
    pyav = f"PyAV {av.__version__}"
    logging.info(
        "videos are decoded by %s",
        f"tensorflow-io, else {pyav}" if loads else pyav,
    )
    return loads
