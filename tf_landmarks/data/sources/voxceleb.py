"""`--dataset=voxceleb`: tracks of talking people's faces, by identity.

Every second identity, by name, gives images, and the others landmarks: of
`.pts` files beside their frames where there are any, else pseudo-labels by
dlib. With landmarks of another dataset all give images. Layouts and licences:
docs/datasets/voxceleb.md.
"""

import pathlib
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tqdm
from absl import logging

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import preprocessing
from tf_landmarks.data import priors
from tf_landmarks.data import pseudo_labels
from tf_landmarks.data import pts
from tf_landmarks.data.sources import voxceleb_tracks

NAME = "voxceleb"

# Of a video's 25 frames a second; neighbours are alike.
_IMAGES_EVERY = 5
_LANDMARKS_EVERY = 25

# (a frame's file, image, box) -> landmarks [68, 2] in pixels, or None.
_Find = Callable[[pathlib.Path, np.ndarray, tuple], np.ndarray | None]


def source(
    folder: str, bad_files: clips.BadFiles, halved: bool = True
) -> clips.Source:
    """The tracks of the identities; whole frames.

    Args:
      folder: of VoxCeleb's identities.
      bad_files: is told of identities without tracks, and of what cannot be
        read.
      halved: whether to leave out those that `prior` reads: the second
        identity, the fourth and so on.

    Raises:
      errors.UserError: no such folder, or it is not laid out by identity.
    """
    step = 2 if halved else 1
    people = voxceleb_tracks.identities(folder, least=step)[::step]
    tracks = _tracks(folder, people, bad_files)
    pairs = [track for track in tracks if track.images != 1]
    if len(pairs) < len(tracks):
        logging.info(
            "%s: %d tracks are one image alone, no pair, and left out",
            folder,
            len(tracks) - len(pairs),
        )
    return clips.Source(
        name=NAME,
        description={
            "images": f"VoxCeleb, {'every second' if halved else 'each'} "
            "identity",
            "folder": folder,
            "identities": len(people),
        },
        skeleton=skeletons.IBUG_68,
        clips={"train": [_clip(track, bad_files) for track in pairs]},
        poses={},
        stride=clips.LONG_STRIDE,
    )


def prior(
    folder: str, image_size: int, bad_files: clips.BadFiles
) -> tuple[skeletons.Skeleton, clips.Poses]:
    """The landmarks of the second identity, the fourth and so on.

    dlib's predictor is for non-commercial use. Frames in which it finds no
    face, or that have no .pts file where others have, are left out; so are
    faces with a landmark outside of the frame.

    Args:
      folder: of VoxCeleb's identities.
      image_size: S of the crops.
      bad_files: is told of what cannot be read.

    Raises:
      errors.UserError: no such folder, it is not laid out by identity, dlib
        cannot be fetched, or there are no landmarks.
    """
    people = voxceleb_tracks.identities(folder)[1::2]
    tracks = _tracks(folder, people, bad_files)
    if any(track.points for track in tracks):
        labels, find = ".pts files", _read_beside
        for track in tracks:
            _check_points(track, bad_files)
    else:
        labels, find = "dlib", _dlib()
    seen = _Seen(image_size)
    for track in tqdm.tqdm(
        tracks,
        f"landmarks by {labels}",
        unit="track",
        mininterval=1.0 if sys.stderr.isatty() else 30.0,
    ):
        try:
            seen.add(track, find, bad_files)
        except images.BadFile as error:
            bad_files.report(error)
    logging.info("landmarks by %s: %s", labels, seen.summary())
    if not len(seen.gathered):
        raise errors.UserError(
            f"{folder}: no landmarks by {labels} of {', '.join(people[:3])}, "
            f"...: {seen.summary()}; give tracks of faces, or --prior"
        )
    return skeletons.IBUG_68, seen.gathered.poses(folder)


class _Seen:
    """The landmarks that were found, and how many were not."""

    def __init__(self, image_size: int):
        self._size = image_size
        self.gathered = priors.Gathered(
            skeletons.IBUG_68.num_landmarks,
            farthest=1.0,  # what is further out, η's softmax could not tell
        )
        self._without = 0

    def add(self, track: voxceleb_tracks.Track, find: _Find, bad_files) -> None:
        """Adds those of a track's frames."""
        for number, file, image in track.frames(_LANDMARKS_EVERY, bad_files):
            box = preprocessing.padded_square(*image.shape[:2])
            landmarks = find(file, image, box)
            if landmarks is None:
                self._without += 1
                continue
            self.gathered.add(
                landmarks[np.newaxis],
                np.array([box]),
                self._size,
                [f"{file}, frame {number}"],
            )

    def summary(self) -> str:
        """The counts, as a part of a sentence."""
        return (
            f"{len(self.gathered)} faces, {self._without} frames without one, "
            f"{self.gathered.left_out} faces that leave the frame"
        )


def _tracks(
    folder: str, people: Sequence[str], bad_files: clips.BadFiles
) -> list[voxceleb_tracks.Track]:
    """The tracks of people that can be opened.

    They are opened before anything is read, as dlib takes hours.
    """
    found = []
    for person in tqdm.tqdm(people, "check", unit="identity"):
        for track in voxceleb_tracks.find(folder, person, bad_files):
            try:
                track.check(bad_files)
            except images.BadFile as error:
                bad_files.report(error)
            else:
                found.append(track)
    return found


def _clip(
    track: voxceleb_tracks.Track, bad_files: clips.BadFiles
) -> clips.Clip:
    def frames() -> Iterator[clips.Frame]:
        for number, _, image in track.frames(_IMAGES_EVERY, bad_files):
            box = preprocessing.padded_square(*image.shape[:2])
            yield clips.Frame(number, image, box)

    return clips.Clip(track.name, frames, track.images)


def _dlib() -> _Find:
    find_landmarks = pseudo_labels.Dlib()
    return lambda file, image, box: find_landmarks(image, box)


def _read_beside(file: pathlib.Path, image, box) -> np.ndarray | None:
    """The landmarks of the .pts file beside an image; a video has none."""
    path = file.with_suffix(".pts")
    if file.suffix.lower() in images.SUFFIXES and path.is_file():
        return pts.read(path, skeletons.IBUG_68.num_landmarks)
    return None


def _check_points(
    track: voxceleb_tracks.Track, bad_files: clips.BadFiles
) -> None:
    """Reports .pts files that no image belongs to."""
    if not track.points:
        return
    stems = {path.stem for path in clips.image_files(track.path)}
    for path in sorted(track.path.glob("*.pts")):
        if path.stem not in stems:
            bad_files.report(
                images.BadFile(
                    f"{path}: there is no image of this name beside it; add "
                    "it, or remove the landmarks"
                )
            )
