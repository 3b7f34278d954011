"""`--prior=multipie`: landmarks of Multi-PIE's faces; no image is needed.

Its label distribution holds a `.mat` file for each image; folders of `.pts`
files are read, too. Layout and licence: docs/datasets/multipie.md.
"""

import pathlib

import numpy as np
from absl import logging

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import face_boxes
from tf_landmarks.data import images
from tf_landmarks.data import matlab
from tf_landmarks.data import preprocessing
from tf_landmarks.data import pts

NAME = "multipie"

_WHOLE = skeletons.IBUG_68.num_landmarks
_PROFILE = 39  # points of a face that is seen from the side
# In a face no point is so many times further from the middle than most are.
_FAR = 10


def prior(
    folder: str, image_size: int, bad_files: clips.BadFiles
) -> tuple[skeletons.Skeleton, clips.Poses]:
    """All faces with 68 landmarks; profile views, which have 39, are left out.

    Each is placed as `face_boxes` places faces in crops: its bounding square is
    in the middle.

    Args:
      folder: whatever is below it is read: `*_lm.mat` and `*.pts`.
      image_size: S of the crops.
      bad_files: is told of files that cannot be read.

    Raises:
      errors.UserError: no such folder, or no landmarks below it.
    """
    poses, boxes, profiles = [], [], 0
    for path in _find(folder):
        try:
            landmarks = _read(path)
            if len(landmarks) == _PROFILE:
                profiles += 1
                continue
            box = _box(path, landmarks)
        except images.BadFile as error:
            bad_files.report(error)
            continue
        boxes.append(box)
        poses.append(
            preprocessing.pixels_to_normalized(landmarks, box, image_size)
        )
    if not poses:
        raise errors.UserError(
            f"{folder}: no face has 68 landmarks, {profiles} are profiles with "
            "39; give the folder of all views"
        )
    logging.info("Multi-PIE: %d faces, %d profiles", len(poses), profiles)
    return skeletons.IBUG_68, clips.Poses(
        np.stack(poses), np.stack(boxes), left_out=profiles
    )


def _find(folder: str) -> list[pathlib.Path]:
    root = pathlib.Path(folder)
    if not root.is_dir():
        raise errors.UserError(
            f"{folder}: no such folder; give Multi-PIE's MPie_Labels, or a "
            "folder of .pts files"
        )
    paths = sorted([*root.rglob("*_lm.mat"), *root.rglob("*.pts")])
    if not paths:
        raise errors.UserError(
            f"{folder}: there is no landmark file below it (*_lm.mat or "
            "*.pts); give Multi-PIE's MPie_Labels, or a folder of .pts files"
        )
    return paths


def _read(path: pathlib.Path) -> np.ndarray:
    """The landmarks [68, 2] or [39, 2] of a face, in pixels.

    Raises:
      images.BadFile: it cannot be read, or has another number of landmarks.
    """
    if path.suffix == ".pts":
        return pts.read(path, _WHOLE, _PROFILE)
    (landmarks,) = matlab.read(path, "pts")
    shapes = ((_WHOLE, 2), (_PROFILE, 2))
    if landmarks.shape not in shapes or landmarks.dtype.kind not in "iuf":
        raise images.BadFile(
            f"{path}: pts has the shape {landmarks.shape}, Multi-PIE's are "
            "numbers, 68 x 2 or, in profile, 39 x 2; replace or remove it"
        )
    return landmarks.astype(np.float64) - 1  # MATLAB counts from 1.


def _box(path: pathlib.Path, landmarks: np.ndarray):
    away = np.abs(landmarks - np.median(landmarks, axis=0))
    if (away > _FAR * np.median(away, axis=0)).any():
        raise images.BadFile(
            f"{path}: landmark {away.max(axis=1).argmax() + 1} lies far from "
            "all others; replace or remove it"
        )
    try:
        return face_boxes.around(landmarks.min(axis=0), landmarks.max(axis=0))
    except ValueError as error:
        raise images.BadFile(
            f"{path}: the landmarks are no face ({error}); replace or remove it"
        ) from error
