"""Detections drawn over their images or their video."""

import fractions

import av
import numpy as np
from PIL import Image

from tf_landmarks import overlay
from tf_landmarks import skeletons
from tf_landmarks.data import images
from tf_landmarks.detection import results

_RATE_IF_UNKNOWN = 25
_LARGEST_DENOMINATOR = 1001  # of a rate, as in 30000/1001


def _drawn(
    detection: results.Detection, skeleton: skeletons.Skeleton
) -> np.ndarray:
    pose = overlay.Pose(
        detection.keypoints,
        overlay.opacity_of(detection.confidence),
        detection.box[2],
    )
    return overlay.draw(detection.frame.image, pose, skeleton)


class OverlayImages(results.Writer):
    """`overlays/`: each image under its own name, with its landmarks."""

    name = "overlays/"
    is_video = False

    def add(self, detection: results.Detection) -> None:
        """Writes an image in the format of its name, else as PNG."""
        path = self.folder / self.name / detection.frame.file_name
        if path.suffix.lower() not in images.SUFFIXES:
            path = path.with_name(path.name + ".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(_drawn(detection, self.skeleton))
        picture.save(path, quality=95)


class OverlayVideo(results.Writer):
    """`overlay.mp4`: the video in H.264 with its landmarks, without sound.

    The rate is the input's mean rate. An odd width or height, which H.264 in
    its common form has not, grows by one pixel: the last is repeated.
    """

    name = "overlay.mp4"
    is_video = True

    def __init__(self, folder, skeleton, rate: float):
        super().__init__(folder, skeleton)
        self._rate = fractions.Fraction(
            rate or _RATE_IF_UNKNOWN
        ).limit_denominator(_LARGEST_DENOMINATOR)
        self._stream = None

    def __enter__(self):
        self._container = av.open(
            str(self.folder / self.name),
            "w",
            options={"movflags": "faststart"},
        )
        return self

    def add(self, detection: results.Detection) -> None:
        """Encodes a frame."""
        image = _drawn(detection, self.skeleton)
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
