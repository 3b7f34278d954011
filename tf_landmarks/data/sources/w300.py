"""`--dataset=w300`: 300-W, to evaluate face detectors on (table 3).

The training set (AFW, and those of LFPW and Helen) is the split `labelled`,
which the regressor is fitted on; the common and the challenging set are the
split `test`. There is no split to train landmarks on. Layout and licence:
docs/datasets/w300.md.
"""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
from absl import logging

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import face_boxes
from tf_landmarks.data import images
from tf_landmarks.data import preprocessing
from tf_landmarks.data.sources import w300_files

NAME = "w300"

# The protocol of [51]: 3,148 images to train, 554 and 135 to test.
_TRAINING_SET = (
    w300_files.Group("afw", "labelled", "train/afw", 337),
    w300_files.Group("lfpw/trainset", "labelled", "train/lfpw", 811),
    w300_files.Group("helen/trainset", "labelled", "train/helen", 2000),
)
_GROUPS = (
    *_TRAINING_SET,
    w300_files.Group("lfpw/testset", "test", "common/lfpw", 224),
    w300_files.Group("helen/testset", "test", "common/helen", 330),
    w300_files.Group("ibug", "test", "challenging/ibug", 135, prefix="image"),
)


def source(
    folder: str,
    bad_files: clips.BadFiles,
    halved: bool = True,
    face_crop: float = face_boxes.CROP,
) -> clips.Source:
    """Finds the images and reads their landmarks; decodes none yet.

    Args:
      folder: of 300-W.
      bad_files: is told of files that cannot be read, of images without
        landmarks or box, and of landmarks without image.
      halved: means nothing here: there are no images to train on.
      face_crop: side of a crop, in larger sides of the face's box.

    Raises:
      errors.UserError: a folder or a file of boxes is missing.
    """
    root = pathlib.Path(folder)
    w300_files.check_layout(root, _GROUPS)
    splits: dict[str, list[clips.Clip]] = {"labelled": [], "test": []}
    counts = {}
    for group in _GROUPS:
        faces = w300_files.read_group(root, group, bad_files)
        counts[group.folder] = len(faces)
        splits[group.split].append(
            _clip(group.clip, faces, face_crop, bad_files)
        )
    _warn_of_counts(root, counts)
    return clips.Source(
        name=NAME,
        description={"folder": folder, "crop": face_crop, "images": counts},
        skeleton=skeletons.IBUG_68,
        clips=splits,
        poses={},
        labels="labels",
    )


def prior(
    folder: str, image_size: int, bad_files: clips.BadFiles
) -> tuple[skeletons.Skeleton, clips.Poses]:
    """The landmarks of the training set, in default crops.

    Args:
      folder: of 300-W.
      image_size: S of the crops.
      bad_files: as for `source`.

    Raises:
      errors.UserError: a folder or a file of boxes is missing, or there are no
        landmarks.
    """
    root = pathlib.Path(folder)
    w300_files.check_layout(root, _TRAINING_SET)
    poses, boxes = [], []
    for group in _TRAINING_SET:
        for face in w300_files.read_group(root, group, bad_files):
            boxes.append(face_boxes.around(*face.box))
            poses.append(
                preprocessing.pixels_to_normalized(
                    face.landmarks, boxes[-1], image_size
                )
            )
    if not poses:
        raise errors.UserError(
            f"{folder}: 300-W's training set has no landmarks; copy its images "
            "and .pts files"
        )
    return skeletons.IBUG_68, clips.Poses(np.stack(poses), np.stack(boxes))


def _warn_of_counts(root: pathlib.Path, counts: dict[str, int]) -> None:
    """Names the groups of which this is not the whole."""
    for group in _GROUPS:
        if counts[group.folder] != group.count:
            logging.warning(
                "%s: %d images, 300-W has %d; errors will not compare with "
                "those of others",
                root / group.folder,
                counts[group.folder],
                group.count,
            )


def _clip(
    name: str,
    faces: Sequence[w300_files.Face],
    face_crop: float,
    bad_files: clips.BadFiles,
) -> clips.Clip:
    """A clip of which every image is a frame."""

    def frames() -> Iterator[clips.Frame]:
        visibility = np.full(skeletons.IBUG_68.num_landmarks, 2)
        for number, face in enumerate(faces):
            try:
                image = images.read_image(face.image)
                w300_files.check_inside(face, image.shape)
            except images.BadFile as error:
                bad_files.report(error)
                continue
            box = face_boxes.around(*face.box, face_crop)
            yield clips.Frame(number, image, box, face.landmarks, visibility)

    return clips.Clip(name, frames, len(faces))
