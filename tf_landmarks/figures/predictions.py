"""Figures 11 to 14: what a detector sees in random frames, and the truth."""

import numpy as np
from PIL import Image
from PIL import ImageDraw

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.evaluation import metrics
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests
from tf_landmarks.models import landmark_detector

_PREDICTIONS = 12
_CELLS_A_ROW = 6
# As in fig. 11.
DETECTED = (0, 200, 0)
TRUE = (40, 80, 255)
_RADIUS = 1 / 80  # of a cell's side


def draw_skeletons(request: requests.Request) -> requests.Drawing:
    """Figures 12 to 14: limbs over frames; beside them the labels', if any.

    Below is the frame, and how far off the detection is in percent of the
    image, see `evaluation.metrics`.

    Raises:
      errors.UserError: see `workdirs.load_detector` and `painting`.
    """
    detector, split, shown = _open(request)
    keypoints = detector(painting.stack(shown)).keypoints.numpy()
    cells = []
    for frame, p in zip(shown, keypoints, strict=True):
        image = grids.with_pose(frame.x, p, detector.skeleton)
        cells.append(grids.Cell(image, frame.name))
        if split.labels:
            cells.append(_true(detector, frame, p))
    titles = ["detected", split.labels] if split.labels else ["detected"]
    return _render(cells, titles * (_CELLS_A_ROW // len(titles)))


def draw_markers(request: requests.Request) -> requests.Drawing:
    """Figure 11: landmarks over frames, green detected and blue true.

    Raises:
      errors.UserError: as above; or the split has no labels.
    """
    detector, split, shown = _open(request)
    if not split.labels:
        raise errors.UserError(
            f"--figure=11 shows the truth, and --split={request.split} has no "
            "labels; take --figure=12, or prepare the data with labels"
        )
    p = detector(painting.stack(shown)).keypoints.numpy()
    cells = []
    for frame, detected in zip(shown, p, strict=True):
        true = frame.truth[frame.visibility > 0]
        image = grids.enlarged_frame(frame.x)
        for points, colour in ((true, TRUE), (detected, DETECTED)):
            image = _marked(image, points, len(frame.x), colour)
        cells.append(grids.Cell(image, frame.name))
    labels = f"blue: {split.labels}"
    return _render(cells, ["green: detected", labels])


def _open(
    request: requests.Request,
) -> tuple[
    landmark_detector.LandmarkDetector, frames.Split, list[frames.Frame]
]:
    detector, _ = workdirs.load_detector(request.workdirs[0], request.kind)
    split = painting.open_split(request, [detector])
    chosen = split.draw(request.count or _PREDICTIONS, request.seed)
    return detector, split, split.read(chosen)


def _true(detector, frame: frames.Frame, p: np.ndarray) -> grids.Cell:
    opacity = (frame.visibility > 0) * 1.0
    image = grids.with_pose(frame.x, frame.truth, detector.skeleton, opacity)
    error = metrics.percent_of_image(
        p, frame.truth, frame.visibility, len(frame.x)
    )
    if np.isnan(error):
        return grids.Cell(image, "not labelled")
    return grids.Cell(image, f"{error:.1f} % of the image off")


def _marked(image: np.ndarray, points, size: int, colour) -> np.ndarray:
    """A cell with a disc for each of points [N, 2] in [-1, 1]."""
    canvas = Image.fromarray(image)
    radius = max(1.0, _RADIUS * len(image))
    for x, y in grids.in_pixels(points, size):
        box = (x - radius, y - radius, x + radius, y + radius)
        ImageDraw.Draw(canvas).ellipse(box, colour)
    return np.asarray(canvas)


def _render(cells: list[grids.Cell], titles: list[str]) -> requests.Drawing:
    rows = [
        cells[i : i + _CELLS_A_ROW] for i in range(0, len(cells), _CELLS_A_ROW)
    ]
    return requests.Drawing(grids.render(rows, titles[: len(rows[0])]))
