"""Processes that render clips ahead of where they are asked for."""

import concurrent.futures
import multiprocessing
import pathlib
import signal
import weakref
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data.avatars import body as bodies
from tf_landmarks.data.avatars import casting
from tf_landmarks.data.avatars import motions
from tf_landmarks.data.avatars import rendering
from tf_landmarks.data.avatars import scenes
from tf_landmarks.data.avatars import surfaces

_STREAMS = {"train": 0, "prior": 1, "test": 2}  # of random numbers


class Task(NamedTuple):
    """A clip to render; it depends on nothing but these.

    Attributes:
      split: whose motions, and whose random numbers.
      index: of the clip in its split.
      frames: of the clip.
      image_size: S.
      seed: of everything.
      photos: for backgrounds; none draws rooms.
      cameras: one of which films the clip.
    """

    split: str
    index: int
    frames: int
    image_size: int
    seed: int
    photos: Sequence[pathlib.Path]
    cameras: scenes.Cameras


class Studio:
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
        self, tasks: Sequence[Task], with_labels: bool
    ) -> list[clips.Clip]:
        """The clips of tasks, which are asked for in turn.

        Their frames raise errors.UserError when a process has been killed.
        """
        films = {}

        def film(i: int) -> rendering.Film:
            try:
                for ahead in tasks[i : i + 2 * self._processes]:
                    if ahead.index not in films:
                        films[ahead.index] = self._submit(ahead)
                return films.pop(i).result()
            except concurrent.futures.BrokenExecutor as error:
                raise errors.UserError(
                    "a process that renders was killed, as happens where "
                    "memory runs out; free some, or prepare the data with "
                    "fewer --avatars_processes"
                ) from error

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

    def _submit(self, task: Task) -> concurrent.futures.Future:
        if self._pool is not None:
            return self._pool.submit(_film, task)
        # Not forked: TensorFlow's threads would not come along.
        self._pool = concurrent.futures.ProcessPoolExecutor(
            self._processes,
            multiprocessing.get_context("spawn"),
            _set_up,
            self._sets,
        )
        # Left to the garbage collector, it may be halfway down when Python
        # ends, which then writes to its closed pipe.
        weakref.finalize(self, self._pool.shutdown)
        # Ctrl-C is for this process, which ends the others: these begin with
        # the signals that are blocked here.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            return self._pool.submit(_film, task)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


def _set_up(
    body: bodies.Body, captured: Mapping[str, Mapping[str, motions.Motion]]
) -> None:
    """Keeps in a process what all its clips need."""
    global _body, _surface, _captured
    _body, _surface, _captured = body, surfaces.build(body), captured


def _film(task: Task) -> rendering.Film:
    return rendering.film(
        _surface, scene(task, _body, _captured), task.image_size
    )


def scene(
    task: Task,
    body: bodies.Body,
    captured: Mapping[str, Mapping[str, motions.Motion]],
) -> rendering.Scene:
    """What a task's clip shows.

    Args:
      task: which clip.
      body: unmorphed.
      captured: motions by split and name.
    """
    rng = generator(task.seed, task.split, task.index)
    background = scenes.draw_background(task.image_size, rng, task.photos)
    return casting.draw_scene(
        body,
        captured[task.split],
        task.frames,
        task.cameras,
        background,
        rng,
    )


def generator(seed: int, split: str, *index: int) -> np.random.Generator:
    """Of all that is drawn for a clip of a split, or for the whole prior."""
    return np.random.default_rng([seed, _STREAMS[split], *index])
