"""Reads the videos of Penn Action, their frames' files and their labels.

MATLAB counts pixels from 1; here the first pixel's centre is 0.
"""

import math
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import matrices
from tf_landmarks.data import preprocessing

ACTIONS = (
    "baseball_pitch",
    "baseball_swing",
    "bench_press",
    "bowl",
    "clean_and_jerk",
    "golf_swing",
    "jump_rope",
    "jumping_jacks",
    "pullup",
    "pushup",
    "situp",
    "squat",
    "strum_guitar",
    "tennis_forehand",
    "tennis_serve",
)

SKELETON = skeletons.PENN_ACTION
_VARIABLES = (
    *("action", "x", "y", "visibility", "train"),
    *("bbox", "dimensions", "nframes"),
)
# How far beside the image a visible joint may be clicked, of its longer side.
_BESIDE = 0.1


class Video(NamedTuple):
    """What is annotated of a video of F frames.

    Attributes:
      name: of the clip, "action/NNNN".
      action: one of `ACTIONS`.
      is_test: whether the dataset has it in its test set.
      size: width and height in pixels.
      files: of the frames.
      keypoints: [F, K, 2] in pixels.
      visible: bool [F, K]; what is not visible lies anywhere.
      boxes: [F, 4], square, in pixel edges.
    """

    name: str
    action: str
    is_test: bool
    size: tuple[int, int]
    files: Sequence[pathlib.Path]
    keypoints: np.ndarray
    visible: np.ndarray
    boxes: np.ndarray


def read(folder: str, bad_files: clips.BadFiles) -> list[Video]:
    """All videos, by number.

    Args:
      folder: with `frames` and `labels`.
      bad_files: is told of videos whose files are bad, and of actions that
        are absent.

    Raises:
      errors.UserError: the folder is another, or a video or an action is bad
        and none may be skipped.
    """
    root = pathlib.Path(folder)
    for part in ("frames", "labels"):
        if not (root / part).is_dir():
            raise errors.UserError(
                f"{root / part}: no such folder; --source must name Penn "
                "Action's, which holds `frames` and `labels`"
            )
    names = {path.stem for path in (root / "labels").glob("*.mat")}
    names |= {path.name for path in (root / "frames").iterdir()}
    videos = []
    for name in sorted(name for name in names if name.isdecimal()):
        try:
            videos.append(_read_video(root, name))
        except images.BadFile as error:
            bad_files.report(error)
    for action in ACTIONS:
        for is_test in (False, True):
            if (action, is_test) not in {(v.action, v.is_test) for v in videos}:
                bad_files.report(_absent(root, action, is_test))
    return videos


def _absent(root: pathlib.Path, action: str, is_test: bool) -> images.BadFile:
    split = "test" if is_test else "training"
    return images.BadFile(
        f"{root / 'labels'}: no {split} video of the action {action}; Penn "
        f"Action has some of each of its {len(ACTIONS)} actions: copy them"
    )


def _read_video(root: pathlib.Path, name: str) -> Video:
    """Reads the annotation of a video.

    Raises:
      images.BadFile: it cannot be read, or contradicts itself or the frames.
    """
    file = matrices.Variables(root / "labels" / f"{name}.mat", _VARIABLES)
    action = file.text("action")
    if action not in ACTIONS:
        raise file.error(f"the action {action!r} is none of Penn Action's")
    x = file.numbers("x", (None, SKELETON.num_landmarks))
    y = file.numbers("y", x.shape)
    count = len(x)
    if file.numbers("nframes", (1, 1)).item() != count:
        raise file.error(f"nframes is not {count}, the rows of x")
    keypoints = np.stack([x, y], axis=-1) - 1
    size = _size(file)
    visible = file.numbers("visibility", x.shape) > 0
    _check_inside(file, keypoints, visible, size)
    return Video(
        name=f"{action}/{name}",
        action=action,
        is_test=_is_test(file),
        size=size,
        files=_find_frames(file, root / "frames" / name, count),
        keypoints=keypoints,
        visible=visible,
        boxes=_square_boxes(file, count),
    )


def _size(file: matrices.Variables) -> tuple[int, int]:
    height, width, _ = file.numbers("dimensions", (1, 3))[0].tolist()
    # NaN is not.
    if not (1 <= height < math.inf and 1 <= width < math.inf):
        raise file.error(f"dimensions are {height:g} by {width:g} pixels")
    return int(width), int(height)


def _is_test(file: matrices.Variables) -> bool:
    train = file.numbers("train", (1, 1)).item()
    if train not in (1, -1):
        raise file.error(f"train is {train:g}, neither 1 nor -1 for the test")
    return train == -1


def _find_frames(
    file: matrices.Variables, folder: pathlib.Path, count: int
) -> list[pathlib.Path]:
    if not folder.is_dir():
        raise images.BadFile(
            f"{folder}: no such folder, though {file.path} is there; copy it"
        )
    files = clips.image_files(folder)
    if len(files) != count:
        raise images.BadFile(
            f"{folder}: has {len(files)} frames, {file.path} is for {count}; "
            "copy the folder again"
        )
    return files


def _check_inside(
    file: matrices.Variables,
    keypoints: np.ndarray,
    visible: np.ndarray,
    size: tuple[int, int],
) -> None:
    beside = _BESIDE * max(size)
    inside = (keypoints >= -beside) & (keypoints <= np.array(size) + beside)
    wrong = np.argwhere(visible & ~inside.all(axis=-1))
    if len(wrong):
        frame, joint = wrong[0]
        x, y = keypoints[frame, joint]
        raise file.error(
            f"{SKELETON.landmarks[joint]} of frame {frame + 1} is visible at "
            f"({x:.0f}, {y:.0f}), far outside of {size[0]}x{size[1]}"
        )


def _square_boxes(file: matrices.Variables, count: int) -> np.ndarray:
    """A square for each frame: where it has no box, the nearest frame's.

    A box from pixel x1 to pixel x2, counted from 1, has edges x1 - 1 and x2.

    Returns:
      [count, 4], x, y, width, height.
    """
    corners = file.numbers("bbox", (None, 4))[:count]
    corners[np.isinf(corners)] = np.nan
    start, end = corners[:, :2] - 1, corners[:, 2:]
    sides = end - start
    known = np.flatnonzero((sides > 1).all(axis=1))  # NaN is not
    if not len(known):
        raise file.error("bbox has no box with a width and a height")
    distance = np.abs(np.arange(count)[:, np.newaxis] - known)
    nearest = known[distance.argmin(axis=1)]
    boxes = np.hstack([start, sides])
    return np.stack([preprocessing.square_box(boxes[i]) for i in nearest])
