"""Frames in, landmarks in the frames' own pixels out."""

import contextlib
import pathlib
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tqdm

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import preprocessing
from tf_landmarks.data import videos
from tf_landmarks.detection import inputs
from tf_landmarks.detection import pictures
from tf_landmarks.detection import results
from tf_landmarks.detection import tables
from tf_landmarks.models import landmark_detector

_BATCH_SIZE = 32
_BATCH_BYTES = 256_000_000  # of frames that wait for their batch


class Result(NamedTuple):
    """What was done.

    Attributes:
      out: folder of the results.
      files: names of the results in it; a folder's ends with "/".
      frames: how many.
      seconds: reading, detecting, drawing and writing took.
    """

    out: str
    files: tuple[str, ...]
    frames: int
    seconds: float

    def summary(self) -> str:
        """For the user."""
        return (
            f"{self.frames} frames in {self.seconds:.1f} s, "
            f"{self.frames / self.seconds:.1f} frames/s with reading and "
            f"writing; see {', '.join(self.files)} in {self.out}"
        )


def detect(
    detector: landmark_detector.LandmarkDetector,
    frames: Iterable[inputs.Frame],
    box: inputs.Box | None = None,
) -> Iterator[results.Detection]:
    """Detects in each frame.

    Args:
      detector: of S x S images.
      frames: of any sizes.
      box: where to look, (x, y, width, height) in pixel edges; without one
        in the whole frame, padded to a square as `prepare` pads it.

    Yields:
      `results.Detection` of each frame, in order.

    Raises:
      errors.UserError: the box lies outside a frame.
    """
    size = detector.image_size
    crop, detect_batch = _crop(size), _any_batch(detector)
    for batch in _batches(frames):
        boxes = [inputs.crop_of(frame, box) for frame in batch]
        x = [
            crop(np.ascontiguousarray(frame.image), np.float32(frame_box))
            for frame, frame_box in zip(batch, boxes, strict=True)
        ]
        keypoints, confidence, _ = detect_batch(tf.stack(x))
        for frame, frame_box, p, c in zip(
            batch, boxes, keypoints.numpy(), confidence.numpy(), strict=True
        ):
            pixels = preprocessing.normalized_to_pixels(p, frame_box, size)
            yield results.Detection(frame, frame_box, pixels, c)


def _batches(frames: Iterable[inputs.Frame]) -> Iterator[list[inputs.Frame]]:
    batch, total = [], 0
    for frame in frames:
        batch.append(frame)
        total += frame.image.nbytes
        if len(batch) == _BATCH_SIZE or total > _BATCH_BYTES:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _crop(size: int) -> Callable[..., tf.Tensor]:
    """(image uint8 [H, W, 3], square box [4]) -> [S, S, 3] in [-1, 1]."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, 3], tf.uint8),
            tf.TensorSpec([4], tf.float32),
        ]
    )
    def crop(image, box):
        return preprocessing.crop_and_resize(image, tf.unstack(box), size)

    return crop


def _any_batch(
    detector: landmark_detector.LandmarkDetector,
) -> Callable[[tf.Tensor], landmark_detector.Detections]:
    """The detector, traced once for batches of all sizes."""
    size = detector.image_size
    return tf.function(
        detector.call, input_signature=[tf.TensorSpec([None, size, size, 3])]
    )


def detect_images(
    workdir: str,
    pattern: str,
    out: str,
    box: inputs.Box | None = None,
    kind: str = "step",
) -> Result:
    """Detects in images; writes JSON, CSV and overlays.

    Args:
      workdir: of the run.
      pattern: of the images' names, with wildcards.
      out: folder of the results.
      box: see `detect`.
      kind: of checkpoint, see `workdirs.load_detector`.

    Raises:
      errors.UserError: see `workdirs.load_detector`, `inputs`, `staging`.
    """
    paths = inputs.find_images(pattern)
    _check_not_replaced(paths, out, pictures.OverlayImages.name)
    detector, _ = workdirs.load_detector(workdir, kind)
    with staging.staged(out, "out") as folder:
        overlays = pictures.OverlayImages(folder, detector.skeleton)
        frames = inputs.read_images(paths)
        return _write(detector, frames, box, overlays, len(paths), out)


def detect_video(
    workdir: str,
    video: str,
    out: str,
    box: inputs.Box | None = None,
    kind: str = "step",
) -> Result:
    """Detects in a video; writes JSON, CSV and an overlay video.

    The arguments and errors are those of `detect_images`.
    """
    path = pathlib.Path(video)
    header = videos.read_header(path)
    _check_not_replaced([path], out, pictures.OverlayVideo.name)
    detector, _ = workdirs.load_detector(workdir, kind)
    with staging.staged(out, "out") as folder:
        overlays = pictures.OverlayVideo(folder, detector.skeleton, header.rate)
        frames = inputs.read_video(path)
        return _write(detector, frames, box, overlays, header.frames, out)


def _check_not_replaced(
    paths: Sequence[pathlib.Path], out: str, overlay: str
) -> None:
    result = (pathlib.Path(out) / overlay).resolve()
    for path in paths:
        if result in (path.resolve(), *path.resolve().parents):
            raise errors.UserError(
                f"--out={out}: the overlay would replace the input {path}; "
                "choose another folder"
            )


def _write(detector, frames, box, overlays, total: int, out: str) -> Result:
    start = time.monotonic()
    folder = overlays.folder
    count = 0
    with contextlib.ExitStack() as stack:
        writers = [
            stack.enter_context(writer)
            for writer in (
                overlays,
                tables.CocoFile(folder, detector.skeleton, overlays.is_video),
                tables.CsvFile(folder, detector.skeleton),
            )
        ]
        detections = detect(detector, frames, box)
        for detection in tqdm.tqdm(
            detections, "detect", total or None, unit="frame", mininterval=1.0
        ):
            for writer in writers:
                writer.add(detection)
            count += 1
    names = tuple(writer.name for writer in writers)
    return Result(out, names, count, time.monotonic() - start)
