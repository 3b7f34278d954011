"""Reads unpaired poses, labels and boxes from COCO keypoint files.

For poses the images need not exist: an annotation's `bbox`, else its image's
`width` and `height`, say what the keypoints are normalised by.
"""

from typing import NamedTuple

import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import coco
from tf_landmarks.data import preprocessing


class Label(NamedTuple):
    """[K, 2] in pixels, [K] COCO flags, (x, y, width, height) or None."""

    keypoints: np.ndarray
    visibility: np.ndarray
    box: tuple[float, ...] | None


def read_poses(path: str, image_size: int) -> tuple:
    """Reads 2D poses, each normalised by its box.

    Poses with a landmark that is not there (v = 0) are left out: the
    renderer draws whole poses.

    Returns:
      (skeleton, clips.Poses)

    Raises:
      errors.UserError: see `coco.CocoFile`; or no whole pose.
    """
    file = coco.CocoFile(path)
    skeleton = file.skeleton()
    poses, boxes = [], []
    for i, annotation in enumerate(file.annotations):
        keypoints = file.numbers(i, "keypoints", (skeleton.num_landmarks, 3))
        if not keypoints[:, 2].all():
            continue
        box = file.box(i) or _whole_image(file, annotation)
        square = preprocessing.square_box(box)
        boxes.append(box)
        poses.append(
            preprocessing.pixels_to_normalized(
                keypoints[:, :2], square, image_size
            )
        )
    left_out = len(file.annotations) - len(poses)
    _check_any(path, len(poses), left_out)
    return skeleton, clips.Poses(np.stack(poses), np.stack(boxes), left_out)


def read_poses_3d(path: str) -> tuple[skeletons.Skeleton, np.ndarray]:
    """Reads `keypoints_3d`: (skeleton, [N, K, 3])."""
    file = coco.CocoFile(path)
    skeleton = file.skeleton()
    shape = (skeleton.num_landmarks, 3)
    _check_any(path, len(file.annotations), 0)
    return skeleton, np.stack(
        [
            file.numbers(i, "keypoints_3d", shape)
            for i in range(len(file.annotations))
        ]
    )


def _check_any(path: str, kept: int, left_out: int) -> None:
    if not kept:
        reason = (
            f"none of the {left_out} poses has all landmarks"
            if left_out
            else "there are no poses in it"
        )
        raise errors.UserError(f"{path}: {reason}; add whole poses")


def _whole_image(file: coco.CocoFile, annotation: dict) -> tuple[float, ...]:
    image = file.image(annotation)
    if "width" not in image or "height" not in image:
        raise errors.UserError(
            f"{file.path}: the image with id {image['id']!r} has no width and "
            "height and its annotation no bbox; add one of them"
        )
    return (0.0, 0.0, float(image["width"]), float(image["height"]))


def read_labels(
    path: str, skeleton: skeletons.Skeleton
) -> dict[coco.FrameKey, Label]:
    """Reads the labels of frames.

    Raises:
      errors.UserError: see `coco.CocoFile`; or other landmarks than those of
        `skeleton`.
    """
    file = coco.CocoFile(path)
    own = file.skeleton()
    if own.landmarks != skeleton.landmarks:
        raise errors.UserError(
            f"{path}: categories[0].keypoints differ from the poses' "
            f"({own.num_landmarks} and {skeleton.num_landmarks} landmarks); "
            "they must be the same names in the same order"
        )
    labels = {}
    for key, i in file.by_frame().items():
        points = file.numbers(i, "keypoints", (skeleton.num_landmarks, 3))
        labels[key] = Label(points[:, :2], points[:, 2], file.box(i))
    if not labels:
        raise errors.UserError(f"{path}: there are no labels in it; add some")
    return labels


def read_boxes(path: str) -> dict[coco.FrameKey, tuple[float, ...]]:
    """Reads tracked boxes."""
    file = coco.CocoFile(path)
    boxes = {key: file.box(i) for key, i in file.by_frame().items()}
    for key, box in boxes.items():
        if box is None:
            raise errors.UserError(
                f"{path}: the annotation of {key.file_name} has no bbox; add it"
            )
    return boxes
