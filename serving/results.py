"""What was detected, in files that appear whole."""

import contextlib
import fractions
import json
import os
import pathlib
import shutil
from collections.abc import Callable
from collections.abc import Iterator

import av
import numpy as np
from PIL import Image

from serving import command_line
from serving import drawing
from serving import footage
from serving import messages
from serving import staging

DETECTIONS = "detections.jsonl"
VIDEO = "overlay.mp4"
IMAGES = "overlays"

_LONGEST_NAME = 255  # bytes, of a file
_LONGEST_SIDE = 65_500  # pixels, of a JPEG


class Results:
    """A folder of results: a line of JSON and a drawing for each frame.

    They are written beside the folder and moved there in the end.
    """

    def __init__(
        self,
        out: str,
        landmarks: messages.Landmarks,
        rate: float | None,
    ):
        """Makes the hidden folder.

        Args:
          out: folder to make.
          landmarks: of the model.
          rate: frames per second of the overlay video; None: images.

        Raises:
          command_line.UserError: the folder exists, or another process writes
            its results.
        """
        self._out = pathlib.Path(out).absolute()
        if self._out.exists():
            raise command_line.UserError(
                f"--out={out} exists; delete it or choose another"
            )
        self._landmarks = landmarks
        self._hidden = self._out.with_name(f".{self._out.name}.partial")
        self._lock = staging.claim(self._hidden, f"--out={out}")
        self._lines = (self._hidden / DETECTIONS).open("w", encoding="utf-8")
        self._add_drawing: Callable[[footage.Frame, Image.Image], None]
        self._video = None
        if rate is None:
            (self._hidden / IMAGES).mkdir()
            self._add_drawing = self._save_image
        else:
            self._video = _Video(self._hidden / VIDEO, rate)
            self._add_drawing = self._video.add

    def add(
        self,
        frame: footage.Frame,
        keypoints: np.ndarray,
        confidence: np.ndarray,
        version: int,
    ) -> None:
        """Adds one frame.

        Raises:
          command_line.UserError: nothing more can be written.
        """
        line = {
            "source": frame.source,
            "frame": frame.number,
            "version": version,
            "landmarks": [
                {
                    "name": name,
                    "x": round(x, 2),
                    "y": round(y, 2),
                    "confidence": round(c, 4),
                }
                for name, (x, y), c in zip(
                    self._landmarks.names,
                    keypoints.tolist(),
                    confidence.tolist(),
                    strict=True,
                )
            ],
        }
        drawn = drawing.draw(frame.image, keypoints, self._landmarks)
        with self._explained():
            self._add_drawing(frame, drawn)
            self._lines.write(json.dumps(line) + "\n")

    def add_failed(self, failed: footage.Failed) -> None:
        """Adds a line for one that has no landmarks.

        Raises:
          command_line.UserError: nothing more can be written.
        """
        line = {
            "source": failed.source,
            "frame": failed.number,
            "error": failed.reason,
        }
        with self._explained():
            self._lines.write(json.dumps(line) + "\n")

    def _save_image(self, frame: footage.Frame, drawn: Image.Image) -> None:
        stem, ending = pathlib.Path(frame.source).stem, ".jpg"
        name = os.fsencode(f"{frame.number:06d}_{stem}")
        cut = name[: _LONGEST_NAME - len(ending)].decode(errors="ignore")
        drawn.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        drawn.save(self._hidden / IMAGES / f"{cut}{ending}", quality=92)

    def finish(self) -> None:
        """Moves the results to their folder.

        Raises:
          command_line.UserError: they cannot be written to their end.
        """
        with self._explained():
            self._close()
            self._hidden.rename(self._out)
        self._lock.close()

    def discard(self) -> None:
        """Deletes what was written."""
        # A disk that is full is full for what was not written yet, too.
        with contextlib.suppress(OSError, av.FFmpegError):
            self._close()
        shutil.rmtree(self._hidden, ignore_errors=True)
        self._lock.close()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise command_line.UserError(
                f"{self._out} cannot be written ({error.strerror or error}); "
                "make room there or choose another --out"
            ) from error
        except av.FFmpegError as error:
            raise command_line.UserError(
                f"{VIDEO} cannot be encoded ({error.strerror}); scale the "
                "video down, or give its frames as --images"
            ) from error

    def _close(self) -> None:
        try:
            self._lines.close()
        finally:
            if self._video:
                self._video.close()


class _Video:
    """H.264, without sound; odd sides grow by a pixel."""

    def __init__(self, path: pathlib.Path, rate: float):
        options = {"movflags": "faststart"}
        self._container = av.open(str(path), "w", options=options)
        self._rate = fractions.Fraction(rate).limit_denominator(1001)
        self._stream = None

    def add(self, frame: footage.Frame, drawn: Image.Image) -> None:
        del frame
        image = np.asarray(drawn)
        height, width = image.shape[:2]
        even = ((0, height % 2), (0, width % 2), (0, 0))
        image = np.pad(image, even, mode="edge")
        if self._stream is None:
            self._stream = self._container.add_stream(
                "libx264",
                rate=self._rate,
                options={"crf": "18", "preset": "veryfast"},
            )
            self._stream.height, self._stream.width = image.shape[:2]
            self._stream.pix_fmt = "yuv420p"
        encoded = av.VideoFrame.from_ndarray(image, format="rgb24")
        self._container.mux(self._stream.encode(encoded))

    def close(self) -> None:
        try:
            if self._stream is not None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()
