"""`--dataset=video`: the user's own videos and poses.

`frames` and `test_frames` are folders of clips: video files, or sub-folders
of images. Image entries of the COCO files name a frame by `file_name`, as
"clip/frame.jpg" for an image or "clip.mp4" with `frame` (from 0) for a video;
"clip" or "clip.mp4" alone is every frame of the clip.
"""

import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from absl import logging

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import annotations
from tf_landmarks.data import clips
from tf_landmarks.data import coco
from tf_landmarks.data import images
from tf_landmarks.data import preprocessing
from tf_landmarks.data import videos
from tf_landmarks.data import virtual_cameras

NAME = "video"


class Paths(NamedTuple):
    """What the user has: folders of clips, and COCO files."""

    frames: str
    poses: str
    boxes: str | None = None
    test_frames: str | None = None
    test_labels: str | None = None


class Views(NamedTuple):
    """Of 3D poses: how many, the seed, and where the cameras are."""

    count: int = 0
    seed: int = 0
    ranges: virtual_cameras.Ranges = virtual_cameras.Ranges()


def source(
    paths: Paths, image_size: int, views: Views, bad_files: clips.BadFiles
) -> clips.Source:
    """Finds the clips and reads the COCO files; no frame is decoded yet.

    Args:
      paths: of the user's data.
      image_size: S of the crops.
      views: of 3D poses, which make the prior; none: poses are 2D.
      bad_files: is told of videos that cannot be opened.

    Raises:
      errors.UserError: see `clips.find`, `annotations` and `clips.BadFiles`;
        or a COCO file names a frame that is not there.
    """
    skeleton, poses = _read_prior(paths.poses, image_size, views)
    boxes = annotations.read_boxes(paths.boxes) if paths.boxes else {}
    for key in boxes:
        _check_frame(paths.boxes, key, paths.frames, "frames")
    found = {"train": _find(paths.frames, "frames", boxes, bad_files)}
    if paths.test_labels:
        found["test"] = _find_labelled(paths, skeleton, bad_files)
    elif paths.test_frames:
        found["test"] = _find(paths.test_frames, "test_frames", {}, bad_files)
    description = {name: p for name, p in paths._asdict().items() if p}
    return clips.Source(
        name=NAME,
        description=description,
        skeleton=skeleton,
        clips=found,
        poses={"train": poses},
        labels="labels" if paths.test_labels else None,
    )


def _read_prior(
    path: str, image_size: int, views: Views
) -> tuple[skeletons.Skeleton, clips.Poses]:
    if not views.count:
        return annotations.read_poses(path, image_size)
    skeleton, points = annotations.read_poses_3d(path)
    rng = np.random.default_rng(views.seed)
    try:
        seen = virtual_cameras.random_views(
            points, views.count, rng, views.ranges
        )
    except ValueError as error:
        raise errors.UserError(
            f"{path}: in keypoints_3d {error}; correct it, or give a larger "
            "--prior_distance"
        ) from error
    return skeleton, virtual_cameras.prior(seen, image_size)


def _find(
    folder: str, flag: str, boxes: Mapping, bad_files: clips.BadFiles
) -> list[clips.Clip]:
    """The clips in a folder, unlabelled."""
    found = []
    for path in clips.find(folder, flag):
        try:
            length = _length(path)
        except images.BadFile as error:
            bad_files.report(error)
            continue

        def frames(path=path) -> Iterator[clips.Frame]:
            return _boxed_frames(path, boxes, bad_files)

        found.append(clips.Clip(path.name, frames, length))
    return found


def _length(path: pathlib.Path) -> int:
    if path.is_dir():
        return len(clips.image_files(path))
    return videos.read_header(path).expected_frames


def _boxed_frames(path, boxes: Mapping, bad_files) -> Iterator[clips.Frame]:
    """The frames of a clip; with boxes, those that have one."""
    without = 0
    for number, file_name, image in clips.read(path, bad_files):
        if not boxes:
            crop = preprocessing.padded_square(*image.shape[:2])
        else:
            box = boxes.get(_key(path, number, file_name)) or boxes.get(
                coco.FrameKey(path.name)
            )
            if box is None:
                without += 1
                continue
            crop = preprocessing.square_box(box)
        yield clips.Frame(number, image, crop)
    if without:
        logging.info("%s: %d frames without a box are left out", path, without)


def _key(path: pathlib.Path, number: int, file_name: str) -> coco.FrameKey:
    if file_name:
        return coco.FrameKey(f"{path.name}/{file_name}")
    return coco.FrameKey(path.name, number)


def _check_frame(
    coco_file: str, key: coco.FrameKey, folder: str, flag: str
) -> None:
    """Refuses the name of what is no frame, and no clip, in the folder."""
    path = pathlib.Path(folder) / key.file_name
    if not path.exists():
        raise errors.UserError(
            f"{coco_file} names {key.file_name}, which is not in "
            f"--{flag}={folder}; add the file or remove the annotation"
        )
    depth = len(pathlib.PurePath(key.file_name).parts)
    is_frame = depth == 2 and path.suffix.lower() in images.SUFFIXES
    if not is_frame and depth != 1:
        raise _not_a_frame(coco_file, key)


def _not_a_frame(coco_file: str, key: coco.FrameKey) -> errors.UserError:
    return errors.UserError(
        f"{coco_file} names {key.file_name}, which is not a frame of a clip; "
        "write clip/frame.jpg"
    )


def _find_labelled(
    paths: Paths, skeleton: skeletons.Skeleton, bad_files: clips.BadFiles
) -> list[clips.Clip]:
    """The clips of the test folder that have labels."""
    found = {p.name: p for p in clips.find(paths.test_frames, "test_frames")}
    labels: dict[str, dict] = {name: {} for name in found}
    for key, label in annotations.read_labels(
        paths.test_labels, skeleton
    ).items():
        _check_frame(paths.test_labels, key, paths.test_frames, "test_frames")
        name, *inside = pathlib.PurePath(key.file_name).parts
        if name not in found or found[name].is_dir() != bool(inside):
            raise _not_a_frame(paths.test_labels, key)
        if not inside and key.frame is None:
            raise errors.UserError(
                f"{paths.test_labels}: an image entry of the video "
                f"{key.file_name} has no `frame`; add its number, from 0"
            )
        labels[name][key] = label
    unlabelled = sum(not of_clip for of_clip in labels.values())
    if unlabelled:
        logging.info("%d test clips have no labels: left out", unlabelled)
    return [
        clips.Clip(
            name,
            lambda path=found[name], of_clip=of_clip: _labelled_frames(
                path, of_clip, paths.test_labels, bad_files
            ),
            len(of_clip),
        )
        for name, of_clip in labels.items()
        if of_clip
    ]


def _labelled_frames(
    path, labels: Mapping, labels_file: str, bad_files: clips.BadFiles
) -> Iterator[clips.Frame]:
    """The frames of a clip that have labels."""
    missing = dict(labels)
    for number, file_name, image in clips.read(path, bad_files):
        label = missing.pop(_key(path, number, file_name), None)
        if label is not None:
            box = preprocessing.padded_square(*image.shape[:2])
            if label.box:
                box = preprocessing.square_box(label.box)
            yield clips.Frame(
                number, image, box, label.keypoints, label.visibility
            )
    for key in missing:
        if key.frame is not None:
            raise errors.UserError(
                f"{labels_file} labels frame {key.frame} of {path}, which "
                "has fewer frames; remove the annotation"
            )
