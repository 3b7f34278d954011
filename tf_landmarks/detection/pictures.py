"""Detections drawn over their images or their video."""

import numpy as np
from PIL import Image

from tf_landmarks import movies
from tf_landmarks import overlay
from tf_landmarks import skeletons
from tf_landmarks.data import images
from tf_landmarks.detection import results

_RATE_IF_UNKNOWN = 25


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
    """`overlay.mp4`: the video with its landmarks, see `movies`.

    The rate is the input's mean rate.
    """

    name = "overlay.mp4"
    is_video = True

    def __init__(self, folder, skeleton, rate: float):
        super().__init__(folder, skeleton)
        self._movie = movies.Movie(folder / self.name, rate or _RATE_IF_UNKNOWN)

    def __enter__(self):
        self._movie.__enter__()
        return self

    def add(self, detection: results.Detection) -> None:
        """Encodes a frame."""
        self._movie.add(_drawn(detection, self.skeleton))

    def __exit__(self, *error):
        self._movie.__exit__(*error)
