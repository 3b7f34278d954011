"""Pseudo-labels: dlib's 68 face landmarks, for evaluation only.

dlib's predictor is the one that the paper used on VoxCeleb. It was trained
on 300-W, for non-commercial use. No training split gets its output.
"""

import importlib
import sys
import sysconfig
from collections.abc import Iterator

import numpy as np
from absl import logging

from tf_landmarks import errors
from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import preprocessing

NAME = "pseudo-labels (dlib)"
_PREDICTOR = (
    "face_recognition_models/models/shape_predictor_68_face_landmarks.dat"
)
_CROP_SIZE = 256  # pixels; enough for its detector, which wants 80 of a face


class Dlib:
    """Finds iBUG's 68 landmarks of the largest face in a box."""

    def __init__(self):
        dlib = _import_dlib()
        path = packages.fetch(packages.FACE_RECOGNITION_MODELS, [_PREDICTOR])
        self._detect = dlib.get_frontal_face_detector()
        self._predict = dlib.shape_predictor(str(path[_PREDICTOR]))

    def __call__(self, image: np.ndarray, box) -> np.ndarray | None:
        """Landmarks in the image's pixels, [68, 2]; None without a face."""
        crop = preprocessing.crop_and_resize(image, box, _CROP_SIZE)
        crop = preprocessing.as_uint8(crop).numpy()
        faces = self._detect(crop)
        if not faces:
            return None
        face = self._predict(crop, max(faces, key=lambda face: face.area()))
        points = np.array([(p.x, p.y) for p in face.parts()], np.float64)
        normalized = preprocessing.pixels_to_normalized(
            points, (0, 0, _CROP_SIZE), _CROP_SIZE
        )
        return preprocessing.normalized_to_pixels(normalized, box, _CROP_SIZE)


def _import_dlib():
    """The user's own dlib, else the pinned one."""
    try:
        return importlib.import_module("dlib")
    except ImportError:
        module = f"_dlib_pybind11{sysconfig.get_config_var('EXT_SUFFIX')}"
        names = ["dlib/__init__.py", module]
        paths = packages.fetch(packages.DLIB_BIN, names)
        sys.path.append(str(paths[module].parent))
        return importlib.import_module("dlib")


def label_test_split(source: clips.Source) -> clips.Source:
    """`source` with dlib's landmarks on its test split.

    Frames in which dlib finds no face are left out, and counted in the log.

    Raises:
      errors.UserError: no test split, or one with labels, or not of iBUG's 68
        landmarks.
    """
    _check(source)
    find_landmarks = Dlib()
    test = [
        clip._replace(frames=lambda c=clip: labelled(c, find_landmarks))
        for clip in source.clips["test"]
    ]
    return source._replace(clips={**source.clips, "test": test}, labels=NAME)


def _check(source: clips.Source) -> None:
    if "test" not in source.clips:
        problem = "there is no test split; give --test_frames"
    elif source.labels:
        problem = "the test split has labels; drop --test_labels"
    elif source.skeleton.num_landmarks != skeletons.IBUG_68.num_landmarks:
        problem = (
            "dlib finds iBUG's 68 landmarks, the poses have "
            f"{source.skeleton.num_landmarks}; drop the flag"
        )
    else:
        return
    raise errors.UserError(f"--pseudo_labels=dlib: {problem}")


def labelled(clip: clips.Clip, find_landmarks) -> Iterator[clips.Frame]:
    """Yields a clip's frames in which `find_landmarks` finds a face."""
    without = 0
    for frame in clip.frames():
        keypoints = find_landmarks(frame.image, frame.box)
        if keypoints is None:
            without += 1
            continue
        visibility = np.full(skeletons.IBUG_68.num_landmarks, 2)
        yield frame._replace(keypoints=keypoints, visibility=visibility)
    if without:
        logging.info(
            "%s: dlib found no face in %d frames; they are left out",
            clip.name,
            without,
        )
