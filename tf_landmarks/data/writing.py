"""Writes a source of clips and poses as a prepared folder."""

import math
import pathlib
import sys
from collections.abc import Callable
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tqdm

from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import distributions
from tf_landmarks.data import examples
from tf_landmarks.data import images
from tf_landmarks.data import preprocessing
from tf_landmarks.data import records
from tf_landmarks.data import shards

RUN_LENGTH = 32  # frames in an example
_SHORTEST_RUN = 2  # a pair
_JPEG_QUALITY = 95


class Written(NamedTuple):
    """What `write` did.

    Attributes:
      info: as in `dataset.json`.
      prior: placement of the training poses.
      crops: by what it was measured on, placement of the objects.
    """

    info: records.DatasetInfo
    prior: distributions.Placement
    crops: dict[str, distributions.Placement]


class _Picture(NamedTuple):
    """A frame as it is stored."""

    number: int
    jpeg: bytes
    box: tuple[float, ...]
    keypoints: np.ndarray | None
    visibility: np.ndarray | None


def write(
    source: clips.Source,
    data_dir: str,
    image_size: int,
    bad_files: clips.BadFiles,
) -> Written:
    """Writes all clips and poses, with the JPEGs of `stride` runs in memory.

    Raises:
      errors.UserError: see `shards.new_folder`; a bad clip, unless skipped.
    """
    with shards.new_folder(data_dir) as folder:
        writer = _Writer(source, folder, image_size, bad_files)
        splits = {split: writer.split(split) for split in source.clips}
        info = records.DatasetInfo(
            name=source.name,
            skeleton=source.skeleton,
            image_size=image_size,
            splits=splits,
            labels=source.labels,
            source={**source.description, "skipped": bad_files.messages},
        )
        shards.write_info(folder, info)
    prior = distributions.of_poses(source.poses["train"].keypoints, image_size)
    return Written(info, prior, writer.crop_placements())


class _Writer:
    """The parts of `write` that share its arguments."""

    def __init__(self, source, folder: pathlib.Path, image_size, bad_files):
        self._source = source
        self._folder = folder
        self._size = image_size
        self._bad_files = bad_files
        self._encode = _jpeg_encoder(image_size)
        self._motion = {
            split: distributions.Motion(image_size) for split in source.clips
        }
        self._labels = {
            split: distributions.Poses(image_size) for split in source.clips
        }

    def split(self, name: str) -> records.Split:
        """Writes one split."""
        writer = shards.ShardWriter(self._folder, f"clips-{name}")
        all_clips = self._source.clips[name]
        counts = []
        total = sum(clip.length for clip in all_clips) or None
        with tqdm.tqdm(
            desc=f"{name} clips",
            total=total,
            unit="frame",
            mininterval=1.0 if sys.stderr.isatty() else 30.0,
        ) as progress:
            for clip in all_clips:
                progress.set_postfix_str(clip.name, refresh=False)
                counts += self._clip(clip, writer, progress, name)
        if not counts:
            raise errors.UserError(
                f"none of the {len(all_clips)} clips of the {name} split can "
                "be used; see what was skipped"
            )
        poses = self._source.poses.get(name)
        return records.Split(
            clips=len(counts),
            frames=sum(counts),
            clip_shards=writer.finish(),
            poses=0 if poses is None else len(poses.keypoints),
            pose_shards=() if poses is None else self._poses(name, poses),
        )

    def _clip(self, clip, writer, progress, split) -> list[int]:
        """Writes a clip; [its number of frames], [] if it is bad."""
        count = 0
        is_evaluation = split != "train"
        motion = self._motion[split]
        motion.start_clip()
        try:
            _check_name(clip)
            pictures = self._pictures(clip, progress, split)
            stride = 1 if is_evaluation else self._source.stride
            for run in _runs(pictures, stride):
                count += len(run)
                writer.write(_encode_run(clip.name, run, is_evaluation))
            if not is_evaluation and count < _SHORTEST_RUN:
                raise images.BadFile(
                    f"the clip {clip.name} has {count} usable frames; pairs "
                    "need two or more: remove it"
                )
        except images.BadFile as error:
            writer.rollback()
            self._bad_files.report(error)
            return []
        if count:
            writer.commit()
            motion.end_clip()
        return [count] if count else []

    def _pictures(self, clip, progress, split) -> Iterator[_Picture]:
        for frame in clip.frames():
            _check_box(clip.name, frame)
            jpeg, gray = self._encode(frame.image, np.float32(frame.box))
            self._motion[split].add(gray.numpy())
            keypoints = frame.keypoints
            if keypoints is not None:
                keypoints = preprocessing.pixels_to_normalized(
                    keypoints, frame.box, self._size
                )
                labelled = np.where(
                    frame.visibility[:, np.newaxis] > 0, keypoints, np.nan
                )
                if split != "train":
                    self._labels[split].add(labelled)
            progress.update()
            yield _Picture(
                frame.number,
                jpeg.numpy(),
                frame.box,
                keypoints,
                frame.visibility,
            )

    def _poses(self, split: str, poses: clips.Poses):
        writer = shards.ShardWriter(self._folder, f"poses-{split}")
        visibility = np.full(poses.keypoints.shape[1], 2)
        for keypoints, box in zip(poses.keypoints, poses.boxes, strict=True):
            writer.write(examples.encode_pose(keypoints, visibility, box))
        writer.commit()
        return writer.finish()

    def crop_placements(self) -> dict[str, distributions.Placement]:
        """Of each split: of the labels if it has any, else of what moves."""
        placements = {}
        for split, motion in self._motion.items():
            labels = self._labels[split].placement()
            if labels is None:
                placements[f"what moves in {split} crops"] = motion.placement()
            else:
                placements[f"{self._source.labels} of {split} crops"] = labels
        return {
            name: placement
            for name, placement in placements.items()
            if placement is not None
        }


def _check_box(name: str, frame: clips.Frame) -> None:
    height, width = frame.image.shape[:2]
    x, y, side, _ = frame.box
    if x < width and y < height and x + side > 0 and y + side > 0:
        return  # NaN does not
    raise images.BadFile(
        f"{name}: the box of frame {frame.number}, {side:g} pixels at "
        f"({x:g}, {y:g}), does not meet its image of {width}x{height}; correct "
        "the annotation"
    )


def _runs(
    pictures: Iterator[_Picture], stride: int
) -> Iterator[list[_Picture]]:
    """Cuts a clip into runs of RUN_LENGTH; the last is never of one frame.

    Every `stride`-th frame is of one run; at the clip's end, where fewer than
    `stride` runs are left, their frames are closer.
    """
    size = RUN_LENGTH * stride
    block = []
    for picture in pictures:
        block.append(picture)
        if len(block) == size + _SHORTEST_RUN:
            yield from _alternate(block[:size])
            block = block[size:]
    if block:
        yield from _alternate(block)


def _alternate(block: list[_Picture]) -> list[list[_Picture]]:
    count = math.ceil(len(block) / (RUN_LENGTH + 1))
    return [block[first::count] for first in range(count)]


def _check_name(clip: clips.Clip) -> None:
    """TFRecords hold names in UTF-8, which a folder's need not be."""
    try:
        clip.name.encode()
    except UnicodeEncodeError as error:
        raise images.BadFile(
            f"the clip {clip.name!r}: its name is not UTF-8; rename it"
        ) from error


def _encode_run(name: str, run: list[_Picture], is_evaluation: bool) -> bytes:
    numbers, jpegs, boxes, keypoints, visibility = zip(*run, strict=True)
    if not is_evaluation:
        return examples.encode_run(name, numbers, jpegs)
    labels = () if keypoints[0] is None else (keypoints, visibility)
    return examples.encode_run(name, numbers, jpegs, boxes, *labels)


def _jpeg_encoder(size: int) -> Callable:
    """(image uint8 [H, W, 3], box [4]) -> JPEG and grey [S, S]."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, 3], tf.uint8),
            tf.TensorSpec([4], tf.float32),
        ]
    )
    def encode(image, box):
        crop = preprocessing.crop_and_resize(image, tf.unstack(box), size)
        crop = preprocessing.as_uint8(crop)
        jpeg = tf.io.encode_jpeg(
            crop, quality=_JPEG_QUALITY, chroma_downsampling=False
        )
        return jpeg, tf.reduce_mean(tf.cast(crop, tf.float32), axis=-1)

    return encode
