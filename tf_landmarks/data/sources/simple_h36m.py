"""`--dataset=simple_h36m`: Simplified Human3.6M (sec. 5.1, table 2).

    human_images/S1/WithBackground/Directions 1.54138969/1.jpg
    human_images/S1/BackgroudMask/Directions 1.54138969/1.png   (sic)
    human_images/S1/Landmarks/Directions 1.54138969/1.mat

Square frames that are cropped already. Of each sequence of the training
subjects the first half of the frames are images, and the landmarks of the
second half are poses, as in the authors' released code; with poses of another
dataset all frames are images.
"""

import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tqdm

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import activities
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import matrices
from tf_landmarks.data import priors

NAME = "simple_h36m"

_ROOT = "human_images"
_SUBJECTS = {
    "train": ("S1", "S5", "S6", "S7", "S8", "S9"),
    "test": ("S11",),
}
# A subject's folders, and how their files end.
_IMAGES = "WithBackground", ".jpg"
_MASKS = "BackgroudMask", ".png"
_LANDMARKS = "Landmarks", ".mat"
_WHITE = 128  # of a mask: one of 0 and 1 is no mask of 0 and 255


class _Sequence(NamedTuple):
    """`name` is S1/Directions 1.54138969; `subject` the folder S1."""

    name: str
    subject: pathlib.Path

    def file(self, kind: tuple[str, str], number: int) -> pathlib.Path:
        """The file of one frame."""
        return self._folder(kind) / f"{number}{kind[1]}"

    def numbers(self, *kinds: tuple[str, str]) -> list[int]:
        """The frames, of which there must be files of all kinds.

        Raises:
          images.BadFile: there are not.
        """
        found = {kind[0]: self._numbers_of(kind) for kind in kinds}
        first, *others = found
        for other in others:
            if found[other] != found[first]:
                raise images.BadFile(
                    f"{self.subject}: {self.name.partition('/')[2]} has "
                    f"{len(found[first])} frames in {first} and "
                    f"{len(found[other])} in {other}, or others; they must "
                    "have the same numbers"
                )
        return sorted(found[first])

    def _folder(self, kind: tuple[str, str]) -> pathlib.Path:
        return self.subject / kind[0] / self.name.partition("/")[2]

    def _numbers_of(self, kind: tuple[str, str]) -> set[int]:
        files = self._folder(kind).glob(f"*{kind[1]}")
        stems = {path.stem for path in files if path.name[0] != "."}
        odd = [s for s in stems if not s.isdecimal() or str(int(s)) != s]
        if odd:
            raise images.BadFile(
                f"{self._folder(kind)}/{min(odd)}{kind[1]}: a frame's file is "
                "named by its number, 1 for the first; rename or remove it"
            )
        return set(map(int, stems))


def source(
    folder: str,
    bad_files: clips.BadFiles,
    halved: bool = True,
    mask: bool = True,
) -> clips.Source:
    """Finds the sequences of frames.

    Args:
      folder: that holds `human_images`, or is it.
      bad_files: is told of sequences whose files do not fit each other.
      halved: whether to leave out the second half of each training sequence.
      mask: make the background black.

    Raises:
      errors.UserError: a subject, a folder or an activity is missing.
    """
    kinds = (_IMAGES, _LANDMARKS) + ((_MASKS,) if mask else ())

    def find(split: str) -> list[clips.Clip]:
        found = []
        for sequence, numbers in _find(folder, split, kinds, bad_files):
            if split == "train" and halved:
                numbers = numbers[: len(numbers) // 2]
            frames = _framer(sequence, numbers, mask, split == "test")
            found.append(clips.Clip(sequence.name, frames, len(numbers)))
        return found

    return clips.Source(
        name=NAME,
        description={
            "images": "Simplified Human3.6M, "
            + ("first half of " if halved else "the whole of ")
            + "each training sequence",
            "subjects": {s: list(names) for s, names in _SUBJECTS.items()},
            "background": "masked" if mask else "kept",
            "folder": folder,
        },
        skeleton=skeletons.HUMAN36M,
        clips={split: find(split) for split in _SUBJECTS},
        poses={},
        labels="labels",
        stride=clips.LONG_STRIDE,
    )


def prior(
    folder: str, image_size: int, bad_files: clips.BadFiles
) -> tuple[skeletons.Skeleton, clips.Poses]:
    """Reads the landmarks in the second half of each training sequence.

    Raises:
      errors.UserError: see `source`; or no pose is left.
    """
    gathered = priors.Gathered(skeletons.HUMAN36M.num_landmarks)
    whole = np.array([[0.0, 0.0, 1.0, 1.0]])
    found = list(_find(folder, "train", (_LANDMARKS,), bad_files))
    for sequence, numbers in tqdm.tqdm(found, desc="prior", unit="sequence"):
        for number in numbers[len(numbers) // 2 :]:
            path = sequence.file(_LANDMARKS, number)
            try:
                pose = _pixels(_read_landmarks(path), 1)
            except images.BadFile as error:
                bad_files.report(error)
                continue
            gathered.add(pose[np.newaxis], whole, image_size, [str(path)])
    return skeletons.HUMAN36M, gathered.poses(folder)


def _find(
    folder: str, split: str, kinds, bad_files: clips.BadFiles
) -> Iterator[tuple[_Sequence, list[int]]]:
    """Sequences of a split and the numbers of their frames."""
    root = pathlib.Path(folder)
    root = root / _ROOT if (root / _ROOT).is_dir() else root
    for subject in _SUBJECTS[split]:
        for name, suffix in kinds:
            if not (root / subject / name).is_dir():
                raise errors.UserError(
                    f"{root / subject / name}: no such folder; it must hold a "
                    f"folder of {suffix} files for each sequence of {subject}"
                )
        for sequence in _sequences(root / subject, kinds):
            try:
                yield sequence, sequence.numbers(*kinds)
            except images.BadFile as error:
                bad_files.report(error)


def _sequences(subject: pathlib.Path, kinds) -> list[_Sequence]:
    """A subject's sequences of the six activities, of any kind of files."""
    found = {
        kind: {p.name for p in (subject / kind).iterdir() if p.is_dir()}
        for kind, _ in kinds
    }
    first = kinds[0][0]
    present = map(activities.of_recording, found[first])
    absent = set(activities.SIMPLE_HUMAN36M) - set(present)
    if absent:
        raise errors.UserError(
            f"{subject / first}: no sequence of {', '.join(sorted(absent))}; "
            "each subject has all six activities: fetch what is missing"
        )
    return [
        _Sequence(f"{subject.name}/{name}", subject)
        for name in sorted(set.union(*found.values()))
        if activities.of_recording(name) in activities.SIMPLE_HUMAN36M
    ]


def _framer(
    sequence: _Sequence, numbers: list[int], mask: bool, labelled: bool
) -> Callable[[], Iterator[clips.Frame]]:
    def frames() -> Iterator[clips.Frame]:
        for number in numbers:
            image = _read_image(sequence, number, mask)
            side = len(image)
            box = (0.0, 0.0, float(side), float(side))
            frame = clips.Frame(number, image, box)
            if labelled:
                path = sequence.file(_LANDMARKS, number)
                points = _pixels(_read_landmarks(path), side)
                frame = clips.label(frame, points, skeletons.HUMAN36M, path)
            yield frame

    return frames


def _read_image(sequence: _Sequence, number: int, mask: bool) -> np.ndarray:
    path = sequence.file(_IMAGES, number)
    image = images.read_image(path)
    if image.shape[0] != image.shape[1]:
        raise images.BadFile(
            f"{path}: is {image.shape[1]}x{image.shape[0]} pixels; frames of "
            "Simplified Human3.6M are square"
        )
    if not mask:
        return image
    path = sequence.file(_MASKS, number)
    foreground = images.read_image(path)
    if foreground.shape != image.shape:
        raise images.BadFile(
            f"{path}: is {foreground.shape[1]}x{foreground.shape[0]} pixels "
            f"and its image {image.shape[1]}x{image.shape[0]}; they must be "
            "the same"
        )
    if 0 < foreground.max() < _WHITE:
        raise images.BadFile(
            f"{path}: its brightest pixel is {foreground.max()}, and it would "
            "make the whole image dark; a mask is 255 where the person is: "
            "copy it again, scale it, or give --nomask"
        )
    return np.rint(image * (foreground / 255.0)).astype(np.uint8)


def _read_landmarks(path: pathlib.Path) -> np.ndarray:
    """(x, y) [32, 2] as shares of the image from its edge."""
    file = matrices.Variables(path, ["keypoints_2d"])
    shape = (skeletons.HUMAN36M.num_landmarks, 2)
    landmarks = file.numbers("keypoints_2d", shape)
    missing = np.flatnonzero(~np.isfinite(landmarks).all(axis=-1))
    if len(missing):
        row, column = landmarks[missing[0]]
        name = skeletons.HUMAN36M.landmarks[missing[0]]
        raise file.error(
            f"{name} is in row {row:g} and column {column:g} of the image"
        )
    return landmarks[:, ::-1]


def _pixels(shares: np.ndarray, side: int) -> np.ndarray:
    """Shares of an image of `side` pixels, 0 and 1 at its edges -> pixels."""
    return shares * side - 0.5
