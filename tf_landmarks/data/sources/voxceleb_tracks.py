"""Finds VoxCeleb's tracks: videos of faces, or folders of their frames."""

import os
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import videos

_DEPTH = 3  # of a track below the folder, at most: identity/video/track


class Track(NamedTuple):
    """A track of one face.

    Attributes:
      path: a video file, or a folder of images.
      name: the path below the dataset's folder.
      images: how many images the folder has; 0: it is a video.
      points: how many .pts files the folder has.
    """

    path: pathlib.Path
    name: str
    images: int = 0
    points: int = 0

    def check(self, bad_files: clips.BadFiles) -> None:
        """Opens it: a video's header and first frame, a folder's first image.

        Args:
          bad_files: is told of images that cannot be read.

        Raises:
          images.BadFile: the video cannot be read.
        """
        if self.images:
            next(clips.read(self.path, bad_files), None)
        else:
            videos.read_header(self.path)

    def frames(
        self, every: int, bad_files: clips.BadFiles
    ) -> Iterator[tuple[int, pathlib.Path, np.ndarray]]:
        """Yields number, file and image: all of a folder's.

        Args:
          every: of a video, take one frame of so many.
          bad_files: is told of images that cannot be read.

        Raises:
          images.BadFile: the video cannot be read.
        """
        for number, file_name, image in clips.read(self.path, bad_files):
            if self.images or number % every == 0:
                yield number, self.path / file_name, image


def identities(folder: str, least: int = 2) -> list[str]:
    """The names of the identities, sorted.

    Raises:
      errors.UserError: no such folder, or less than `least`.
    """
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise errors.UserError(
            f"{folder}: no such folder; give VoxCeleb's folder of identities"
        )
    names = sorted(
        path.name
        for path in root.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    )
    if len(names) < least:
        raise errors.UserError(
            f"{folder}: holds {len(names)} folders, and should hold one for "
            "each identity; two or more where images come of one half, and "
            "landmarks of the other"
        )
    return names


def find(folder: str, identity: str, bad_files: clips.BadFiles) -> list[Track]:
    """The tracks of an identity, in the order of their names.

    Args:
      folder: of the dataset.
      identity: name of its folder.
      bad_files: is told of an identity without any.

    Raises:
      errors.UserError: a track lies too deep: this is no identity.
    """
    root = pathlib.Path(folder)
    tracks = []
    for path, folders, files in os.walk(root / identity):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        tracks += _tracks_in(root, pathlib.Path(path), sorted(files))
    for track in tracks:
        if len(pathlib.PurePath(track.name).parts) > _DEPTH:
            raise errors.UserError(
                f"{track.path}: lies deeper than identity/video/track below "
                f"{folder}; give the folder of the identities, such as dev/mp4 "
                "or unzippedFaces"
            )
    if not tracks:
        bad_files.report(
            images.BadFile(
                f"{root / identity}: there is neither a video nor an image "
                "below it; copy the identity again, or remove it"
            )
        )
    return tracks


def _tracks_in(
    root: pathlib.Path, path: pathlib.Path, files: list[str]
) -> list[Track]:
    """The videos of a folder, and the folder itself if it has images."""
    suffixes = [pathlib.PurePath(file).suffix.lower() for file in files]
    tracks = [
        path / file
        for file, suffix in zip(files, suffixes, strict=True)
        if suffix in videos.SUFFIXES
    ]
    found = [Track(p, p.relative_to(root).as_posix()) for p in tracks]
    count = sum(suffix in images.SUFFIXES for suffix in suffixes)
    if count:
        name = path.relative_to(root).as_posix()
        found.append(Track(path, name, count, suffixes.count(".pts")))
    return found
