"""`--dataset=penn_action`: Penn Action's 2,326 videos of 15 kinds of sport.

`frames/NNNN/*.jpg` and `labels/NNNN.mat`, as the dataset is delivered. Within
each action the training videos are halved (paper sec. 5.1): the first half
gives the images, the second the poses; with poses of another dataset all give
images. Videos with `train` -1 are the test split.
"""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import priors
from tf_landmarks.data.sources import penn_action_labels

NAME = "penn_action"

_SKELETON = penn_action_labels.SKELETON


def source(
    folder: str, bad_files: clips.BadFiles, halved: bool = True
) -> clips.Source:
    """The images of the training videos, and the test videos, labelled.

    Args:
      folder: with `frames` and `labels`.
      bad_files: is told of videos whose files are bad.
      halved: whether to leave out the half that `prior` reads.

    Raises:
      errors.UserError: see `penn_action_labels.read`.
    """
    videos = penn_action_labels.read(folder, bad_files)
    first, second = _halves(videos)
    train = first if halved else first + second
    test = [video for video in videos if video.is_test]
    return clips.Source(
        name=NAME,
        description={
            "images": "Penn Action, "
            + ("first half" if halved else "all")
            + " of each action's training videos",
            "folder": folder,
        },
        skeleton=_SKELETON,
        clips={
            "train": [_clip(video, bad_files) for video in train],
            "test": [_clip(video, bad_files) for video in test],
        },
        poses={},
        labels="labels",
        stride=clips.LONG_STRIDE,
    )


def prior(
    folder: str, image_size: int, bad_files: clips.BadFiles
) -> tuple[skeletons.Skeleton, clips.Poses]:
    """The poses of the other half of the training videos.

    Poses with a joint that is not visible are left out, and counted: such a
    joint's place is not annotated.

    Args:
      folder: with `frames` and `labels`.
      image_size: S of the crops.
      bad_files: as for `source`.

    Raises:
      errors.UserError: as for `source`, or see `priors.Gathered.poses`.
    """
    _, videos = _halves(penn_action_labels.read(folder, bad_files))
    gathered = priors.Gathered(_SKELETON.num_landmarks)
    for video in videos:
        annotated = video.visible[..., np.newaxis]
        keypoints = np.where(annotated, video.keypoints, np.nan)
        names = (
            f"{video.name}, frame {number}"
            for number in range(len(video.files))
        )
        gathered.add(keypoints, video.boxes, image_size, names)
    return _SKELETON, gathered.poses(folder)


def _halves(
    videos: Sequence[penn_action_labels.Video],
) -> tuple[list[penn_action_labels.Video], list[penn_action_labels.Video]]:
    """Of each action's training videos, by number; the first is larger."""
    first, second = [], []
    for action in penn_action_labels.ACTIONS:
        of_action = [v for v in videos if v.action == action and not v.is_test]
        middle = (len(of_action) + 1) // 2
        first += of_action[:middle]
        second += of_action[middle:]
    return first, second


def _clip(
    video: penn_action_labels.Video, bad_files: clips.BadFiles
) -> clips.Clip:
    """A video's frames; with labels where it is of the test set."""

    def frames() -> Iterator[clips.Frame]:
        for number, file in enumerate(video.files):
            try:
                image = _read_image(file, video.size)
            except images.BadFile as error:
                bad_files.report(error)
                continue
            frame = clips.Frame(number, image, tuple(video.boxes[number]))
            if video.is_test:
                frame = frame._replace(
                    keypoints=video.keypoints[number],
                    visibility=np.where(video.visible[number], 2, 0),
                )
            yield frame

    return clips.Clip(video.name, frames, len(video.files))


def _read_image(file: pathlib.Path, size: tuple[int, int]) -> np.ndarray:
    image = images.read_image(file)
    height, width = image.shape[:2]
    if (width, height) != size:
        raise images.BadFile(
            f"{file}: is {width}x{height}, its labels are for "
            f"{size[0]}x{size[1]}; copy the dataset's own file"
        )
    return image
