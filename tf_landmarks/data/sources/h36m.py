"""`--dataset=h36m`: Human3.6M as its site delivers it (sec. 5.1, 5.2).

    S1/Videos/Directions 1.54138969.mp4
    S1/MyPoseFeatures/D2_Positions/Directions 1.54138969.cdf
    S1/MySegmentsMat/ground_truth_bb/Directions 1.54138969.mat

Of each video of the training subjects the first half of the frames are images,
and the 2D positions in the second half are poses; all frames of the test
subjects' videos are labelled. A frame is cropped to its box, grown to a square
about its centre.
"""

import functools
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import tqdm
from absl import logging

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import activities
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import preprocessing
from tf_landmarks.data import priors
from tf_landmarks.data import videos
from tf_landmarks.data.sources import human36m_files

NAME = "h36m"

_SUBJECTS = {
    "train": ("S1", "S5", "S6", "S7", "S8"),
    "test": ("S9", "S11"),
}
# A subject's folders, and how their files end.
_VIDEOS = "Videos", ".mp4"
_POSITIONS = "MyPoseFeatures/D2_Positions", ".cdf"
_BOXES = "MySegmentsMat/ground_truth_bb", ".mat"
_FOLDERS = (_VIDEOS, _POSITIONS, _BOXES)
_OF_ALL_ACTIONS = "_ALL"  # a recording of calibration


class _Recording(NamedTuple):
    """One camera's view of an action: `S1/Directions 1.54138969`."""

    name: str
    video: pathlib.Path
    positions: pathlib.Path
    boxes: pathlib.Path


def source(
    folder: str, bad_files: clips.BadFiles, labelled: bool = False
) -> clips.Source:
    """Finds the videos, and reads their headers.

    Args:
      folder: that holds S1, S5, ...
      bad_files: is told of videos that cannot be opened.
      labelled: whether to make a split `labelled` too: the training images
        with their labels, but for those with a joint outside of the frame.

    Raises:
      errors.UserError: a subject, a folder, an activity or a file is missing.
    """
    root = pathlib.Path(folder)
    train = _find(root, _SUBJECTS["train"])
    test = _find(root, _SUBJECTS["test"])
    found = {
        "train": _clips(train, _halved, bad_files),
        "test": _clips(test, _labelled, bad_files),
    }
    if labelled:
        found["labelled"] = _clips(train, _halved_and_labelled, bad_files)
    return clips.Source(
        name=NAME,
        description={
            "images": "Human3.6M, first half of each training video",
            "subjects": {s: list(names) for s, names in _SUBJECTS.items()},
            "folder": folder,
        },
        skeleton=skeletons.HUMAN36M,
        clips=found,
        poses={},
        labels="labels",
        stride=clips.LONG_STRIDE,
    )


def prior(
    folder: str, image_size: int, bad_files: clips.BadFiles
) -> tuple[skeletons.Skeleton, clips.Poses]:
    """Reads the 2D positions in the second half of each training video.

    Each is normalised by its own crop of S = `image_size`.

    Raises:
      errors.UserError: see `source`; or no pose is left.
    """
    gathered = priors.Gathered(skeletons.HUMAN36M.num_landmarks)
    recordings = _find(pathlib.Path(folder), _SUBJECTS["train"])
    for recording in tqdm.tqdm(recordings, desc="prior", unit="video"):
        try:
            positions = human36m_files.read_positions(recording.positions)
            count = len(positions)
            boxes = human36m_files.read_boxes(
                recording.boxes, range(count // 2, count), count
            )
        except images.BadFile as error:
            bad_files.report(error)
            continue
        gathered.add(positions[count // 2 :], boxes, image_size)
    return skeletons.HUMAN36M, gathered.poses(folder)


def _find(root: pathlib.Path, subjects: Sequence[str]) -> list[_Recording]:
    """The recordings of subjects, with all their files."""
    recordings = []
    for subject in subjects:
        for folder, suffix in _FOLDERS:
            if not (root / subject / folder).is_dir():
                raise errors.UserError(
                    f"{root / subject / folder}: no such folder; it must hold "
                    f"Human3.6M's {suffix} files of subject {subject}"
                )
        recordings += _find_of_subject(root / subject)
    return recordings


def _find_of_subject(root: pathlib.Path) -> list[_Recording]:
    folder, suffix = _VIDEOS
    stems = sorted(
        path.stem
        for path in (root / folder).glob(f"*{suffix}")
        if not path.name.startswith((".", _OF_ALL_ACTIONS))
    )
    _check_activities(root / folder, stems)
    return [
        _Recording(
            f"{root.name}/{stem}",
            *(_file(root / folder, stem + end) for folder, end in _FOLDERS),
        )
        for stem in stems
    ]


def _check_activities(folder: pathlib.Path, stems: Sequence[str]) -> None:
    present = {stem: activities.of_recording(stem) for stem in stems}
    for stem, activity in present.items():
        if activity is None:
            raise errors.UserError(
                f"{folder / stem}{_VIDEOS[1]}: its name says none of "
                "Human3.6M's 15 activities; correct or remove it"
            )
    absent = [a for a in activities.HUMAN36M if a not in present.values()]
    if absent:
        raise errors.UserError(
            f"{folder}: no video of {', '.join(absent)}; each subject has all "
            "15 activities: fetch what is missing"
        )


def _file(folder: pathlib.Path, name: str) -> pathlib.Path:
    path = folder / name
    if not path.is_file():
        raise errors.UserError(
            f"{path}: no such file, but there is a video of that name; fetch "
            "the file, or remove the video"
        )
    return path


def _clips(
    recordings: Sequence[_Recording],
    read: Callable[[_Recording], Iterator[clips.Frame]],
    bad_files: clips.BadFiles,
) -> list[clips.Clip]:
    """Clips whose frames `read` gives."""
    found = []
    for recording in recordings:
        try:
            length = _count_frames(recording.video)
        except images.BadFile as error:
            bad_files.report(error)
            continue
        length = length if read is _labelled else length // 2
        frames = functools.partial(read, recording)
        found.append(clips.Clip(recording.name, frames, length))
    return found


def _count_frames(video: pathlib.Path) -> int:
    header = videos.read_header(video)
    return header.frames or header.expected_frames


def _halved(recording: _Recording) -> Iterator[clips.Frame]:
    """The first half of the frames, without labels."""
    for frame in _labelled(recording, share=2):
        yield frame._replace(keypoints=None, visibility=None)


def _halved_and_labelled(recording: _Recording) -> Iterator[clips.Frame]:
    """The same with labels, where no joint is outside of the frame."""
    for frame in _labelled(recording, share=2):
        if (frame.visibility == 2).all():
            yield frame


def _labelled(recording: _Recording, share: int = 1) -> Iterator[clips.Frame]:
    """All frames, or the first 1 / `share` of them, with their labels."""
    positions = human36m_files.read_positions(recording.positions)
    _check_count(recording, len(positions))
    count = len(positions) // share
    boxes = human36m_files.read_boxes(
        recording.boxes, range(count), len(positions)
    )
    decoded = videos.frames(recording.video)
    for number, image in zip(range(count), decoded, strict=False):
        box = boxes[number].tolist()
        _check_box(recording, number, box, image.shape)
        frame = clips.Frame(number, image, preprocessing.square_box(box))
        yield clips.label(frame, positions[number], recording.positions)


def _check_box(recording: _Recording, number: int, box, shape) -> None:
    x, y, width, height = box
    if x + width > shape[1] or y + height > shape[0]:
        raise images.BadFile(
            f"{recording.boxes}: the box of frame {number} leaves its image "
            f"of {shape[1]}x{shape[0]} pixels; fetch it and the video again"
        )


def _check_count(recording: _Recording, count: int) -> None:
    """Refuses more annotated frames than frames.

    Fewer are common: a video runs on when the motion capture has stopped.
    """
    frames = _count_frames(recording.video)
    if frames < count:
        raise images.BadFile(
            f"{recording.video}: has {frames} frames, and "
            f"{recording.positions.name} positions of {count}; fetch both again"
        )
    if frames > count:
        logging.info(
            "%s: the last %d frames have no positions: left out",
            recording.video,
            frames - count,
        )
