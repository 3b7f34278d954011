"""Frames of a split, drawn at random or by their clips."""

import functools
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tqdm

from tf_landmarks.data import integrity
from tf_landmarks.data import pipelines
from tf_landmarks.data import records

_BATCH_SIZE = 32


class Frame(NamedTuple):
    """One frame.

    Attributes:
      clip_id: of its clip.
      number: in its clip.
      x: float32 [S, S, 3] in [-1, 1].
      truth: [K, 2] in [-1, 1]; None where the split has no labels.
      visibility: [K], COCO's flags, 0 not labelled; None as `truth`.
    """

    clip_id: str
    number: int
    x: np.ndarray
    truth: np.ndarray | None = None
    visibility: np.ndarray | None = None

    @property
    def name(self) -> str:
        """For a caption."""
        return f"{self.clip_id}, frame {self.number}"

    @property
    def is_wholly_labelled(self) -> bool:
        """Whether every landmark has a label."""
        return self.visibility is not None and bool(self.visibility.all())


class Split:
    """The frames of a split, numbered in the order of the files."""

    def __init__(self, data_dir: str, info: records.DatasetInfo, name: str):
        """Finds the split; reads nothing yet.

        Args:
          data_dir: prepared folder.
          info: of it.
          name: of the split.

        Raises:
          errors.UserError: there is no such split.
        """
        self._data_dir = data_dir
        self._name = name
        self._batches = pipelines.evaluation_frames(
            data_dir, info, name, _BATCH_SIZE
        )
        self.count = info.splits[name].frames
        self.labels = info.labels if "p" in self._batches.element_spec else None

    @functools.cached_property
    def clip_ids(self) -> np.ndarray:
        """Of each frame, str [count]."""
        ids = (frame.clip_id for frame in self._frames(self.count))
        return np.array(list(ids))

    def read(self, numbers: Iterable[int]) -> list[Frame]:
        """Frames by their numbers, in the order given.

        Raises:
          errors.UserError: a file is damaged.
        """
        numbers = [int(number) for number in numbers]
        wanted = set(numbers)
        found = {
            number: frame
            for number, frame in enumerate(self._frames(max(wanted) + 1))
            if number in wanted
        }
        return [found[number] for number in numbers]

    def draw(self, most: int, seed: int) -> np.ndarray:
        """Numbers of random frames: `most`, or all where there are fewer."""
        count = min(most, self.count)
        return np.random.default_rng(seed).choice(self.count, count, False)

    def spread(self, most: int) -> np.ndarray:
        """Numbers of at most `most` frames, evenly spread."""
        count = min(most, self.count)
        return np.arange(count) * self.count // count

    def draw_partners(self, numbers: Sequence[int], seed: int) -> list[int]:
        """For each frame a random other one of its clip: x' for x.

        Itself, where the clip has no other. Of 300-W, where a clip is a set of
        photographs, it is another person's.
        """
        random = np.random.default_rng(seed)
        partners = []
        for number in numbers:
            same = np.flatnonzero(self.clip_ids == self.clip_ids[number])
            others = same[same != number]
            partners.append(random.choice(others) if len(others) else number)
        return partners

    def _frames(self, count: int) -> Iterator[Frame]:
        """The first `count`."""
        with tqdm.tqdm(
            desc=f"read {self._name}", total=count, unit="frame"
        ) as progress:
            try:
                for batch in self._batches.as_numpy_iterator():
                    for frame in _frames(batch)[: count - progress.n]:
                        yield frame
                        progress.update()
                    if progress.n == count:
                        return
            except tf.errors.DataLossError as error:
                raise integrity.explain_data_loss(
                    error, self._data_dir
                ) from error


def _frames(batch: dict[str, np.ndarray]) -> list[Frame]:
    labels = ("p", "visibility") if "p" in batch else ()
    fields = ("clip_id", "frame_number", "x", *labels)
    rows = zip(*(batch[field] for field in fields), strict=True)
    return [
        Frame(clip_id.decode(), int(number), *rest)
        for clip_id, number, *rest in rows
    ]
