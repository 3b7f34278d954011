"""Writes a video, a frame at a time."""

import fractions
import pathlib

import av
import numpy as np

_LARGEST_DENOMINATOR = 1001  # of a rate, as in 30000/1001


class Movie:
    """An MP4 file in H.264, without sound.

    An odd width or height, which H.264 in its common form has not, grows by
    one pixel: the last is repeated. To be used in a `with` statement.
    """

    def __init__(self, path: pathlib.Path, rate: float):
        """Keeps where to write, and how many frames a second."""
        self._path = path
        self._rate = fractions.Fraction(rate).limit_denominator(
            _LARGEST_DENOMINATOR
        )
        self._stream = None

    def __enter__(self):
        self._container = av.open(
            str(self._path), "w", options={"movflags": "faststart"}
        )
        return self

    def add(self, image: np.ndarray) -> None:
        """Encodes a frame, uint8 [H, W, 3], all of them alike in size."""
        height, width = image.shape[:2]
        even = ((0, height % 2), (0, width % 2), (0, 0))
        image = np.pad(image, even, mode="edge")
        if self._stream is None:
            self._open_stream(image)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        self._container.mux(self._stream.encode(frame))

    def _open_stream(self, image: np.ndarray) -> None:
        self._stream = self._container.add_stream(
            "libx264",
            rate=self._rate,
            options={"crf": "18", "preset": "veryfast"},
        )
        self._stream.height, self._stream.width = image.shape[:2]
        self._stream.pix_fmt = "yuv420p"

    def __exit__(self, *error):
        if self._stream is not None and not any(error):
            self._container.mux(self._stream.encode(None))
        self._container.close()
