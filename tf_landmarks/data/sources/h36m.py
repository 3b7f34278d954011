"""`--dataset=h36m`: Human3.6M as its site delivers it (sec. 5.1, 5.2).

    S1/Videos/Directions 1.54138969.mp4
    S1/MyPoseFeatures/D2_Positions/Directions 1.54138969.cdf
    S1/MySegmentsMat/ground_truth_bb/Directions 1.54138969.mat

Of each video of the training subjects the first half of the frames are images,
and the 2D positions in the second half are poses; with poses of another dataset
all frames are images. All frames of the test subjects' videos are labelled. A
frame is cropped to its box, grown to a square about its centre.
"""

import functools
import itertools
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
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


class _Counts(NamedTuple):
    """Frames that there are positions of, and of which a file says more."""

    positions: int
    more_frames: int
    more_boxes: int


def source(
    folder: str,
    bad_files: clips.BadFiles,
    halved: bool = True,
    labelled: bool = False,
) -> clips.Source:
    """Finds the recordings, and counts the frames in all of their files.

    Args:
      folder: that holds S1, S5, ...
      bad_files: is told of files that are missing, cannot be read, or are of
        fewer frames than there are positions of.
      halved: whether to leave out the second half of each training video.
      labelled: whether to make a split `labelled` too: the training images
        with their labels, but for those with a joint outside of the frame.

    Raises:
      errors.UserError: a subject, a folder or an activity is missing.
    """
    recordings = {
        split: _find(pathlib.Path(folder), subjects, bad_files)
        for split, subjects in _SUBJECTS.items()
    }
    counts = {
        split: _count_all(of_split, f"check {split}", bad_files)
        for split, of_split in recordings.items()
    }
    share = 2 if halved else 1
    found = {
        "train": _clips(counts["train"], _unlabelled, share),
        "test": _clips(counts["test"], _labelled),
    }
    if labelled:
        found["labelled"] = _clips(counts["train"], _all_inside, share)
    return clips.Source(
        name=NAME,
        description={
            "images": "Human3.6M, "
            + ("first half of " if halved else "the whole of ")
            + "each training video",
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

    Each is normalised by its own crop of S = `image_size`; `bad_files` is told
    of files that are missing, or cannot be read.

    Raises:
      errors.UserError: see `source`; or no pose is left.
    """
    gathered = priors.Gathered(skeletons.HUMAN36M.num_landmarks)
    recordings = _find(pathlib.Path(folder), _SUBJECTS["train"], bad_files)
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
        gathered.add(
            positions[count // 2 :],
            boxes,
            image_size,
            (
                f"{recording.positions}, frame {number}"
                for number in range(count // 2, count)
            ),
        )
    return skeletons.HUMAN36M, gathered.poses(folder)


def _find(
    root: pathlib.Path, subjects: Sequence[str], bad_files: clips.BadFiles
) -> list[_Recording]:
    """The recordings of subjects that have all their files."""
    recordings = []
    for subject in subjects:
        for folder, suffix in _FOLDERS:
            if not (root / subject / folder).is_dir():
                raise errors.UserError(
                    f"{root / subject / folder}: no such folder; it must hold "
                    f"Human3.6M's {suffix} files of subject {subject}"
                )
        for recording in _find_of_subject(root / subject):
            try:
                _check_files(recording)
            except images.BadFile as error:
                bad_files.report(error)
            else:
                recordings.append(recording)
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
            *(root / folder / (stem + end) for folder, end in _FOLDERS),
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


def _check_files(recording: _Recording) -> None:
    for path in (recording.positions, recording.boxes):
        if not path.is_file():
            raise images.BadFile(
                f"{path}: no such file, but there is a video of that name; "
                "fetch the file, or remove the video"
            )


def _count_all(
    recordings: Sequence[_Recording], what: str, bad_files: clips.BadFiles
) -> dict[_Recording, int]:
    """The frames with positions of those recordings whose files are whole.

    What videos and boxes have more is told in a line: how much is common is
    not known.
    """
    counts = {}
    for recording in tqdm.tqdm(recordings, desc=what, unit="video"):
        try:
            counts[recording] = _count(recording)
        except images.BadFile as error:
            bad_files.report(error)
    _tell_more({r.video: c.more_frames for r, c in counts.items()})
    _tell_more({r.boxes: c.more_boxes for r, c in counts.items()})
    return {recording: count.positions for recording, count in counts.items()}


def _tell_more(more: Mapping[pathlib.Path, int]) -> None:
    """Of files with frames that there are no positions of, the worst."""
    longer = [path for path, count in more.items() if count]
    if longer:
        worst = max(longer, key=more.get)
        logging.warning(
            "%d %s files are of more frames than there are positions, which "
            "are left out: %s of %d more, the others of no more than that",
            len(longer),
            worst.suffix,
            worst,
            more[worst],
        )


def _count(recording: _Recording) -> _Counts:
    """Frames with positions; there are as many in the other files, or more.

    A video of more is common: it runs on when the motion capture has stopped.

    Raises:
      images.BadFile: a file cannot be read, or is of fewer frames.
    """
    frames = _count_frames(recording.video)
    count = len(human36m_files.read_positions(recording.positions))
    if frames < count:
        raise images.BadFile(
            f"{recording.video}: has {frames} frames, and "
            f"{recording.positions.name} positions of {count}; fetch both again"
        )
    boxes = human36m_files.count_boxes(recording.boxes, count)
    return _Counts(count, frames - count, boxes - count)


def _clips(
    counts: Mapping[_Recording, int],
    read: Callable[[_Recording, int], Iterator[clips.Frame]],
    share: int = 1,
) -> list[clips.Clip]:
    """Clips of the first 1 / `share` of the frames, which `read` gives."""
    return [
        clips.Clip(
            recording.name,
            functools.partial(read, recording, share),
            count // share,
        )
        for recording, count in counts.items()
    ]


def _count_frames(video: pathlib.Path) -> int:
    header = videos.read_header(video)
    return header.frames or header.expected_frames


def _unlabelled(recording: _Recording, share: int) -> Iterator[clips.Frame]:
    """The same frames as `_labelled`, without labels."""
    for frame in _labelled(recording, share):
        yield frame._replace(keypoints=None, visibility=None)


def _all_inside(recording: _Recording, share: int) -> Iterator[clips.Frame]:
    """Those of `_labelled` that have no joint outside of the frame."""
    for frame in _labelled(recording, share):
        if (frame.visibility == 2).all():
            yield frame


def _labelled(recording: _Recording, share: int) -> Iterator[clips.Frame]:
    """The first 1 / `share` of the frames, with their labels.

    Raises:
      images.BadFile: a file cannot be read, contradicts another one, or the
        video has fewer frames than its header says and there are positions of.
    """
    positions = human36m_files.read_positions(recording.positions)
    count = len(positions) // share
    boxes = human36m_files.read_boxes(
        recording.boxes, range(count), len(positions)
    )
    found = 0
    decoded = itertools.islice(videos.frames(recording.video), count)
    for number, image in enumerate(decoded):
        found += 1
        box = boxes[number].tolist()
        _check_box(recording, number, box, image.shape)
        frame = clips.Frame(number, image, preprocessing.square_box(box))
        yield clips.label(
            frame, positions[number], skeletons.HUMAN36M, recording.positions
        )
    if found < count:
        raise images.BadFile(
            f"{recording.video}: {found} frames of it can be decoded, and "
            f"{recording.positions.name} has positions of {len(positions)}, of "
            f"which {count} are used; fetch both again"
        )


def _check_box(recording: _Recording, number: int, box, shape) -> None:
    x, y, width, height = box
    if x + width > shape[1] or y + height > shape[0]:
        raise images.BadFile(
            f"{recording.boxes}: the box of frame {number} leaves its image "
            f"of {shape[1]}x{shape[0]} pixels; fetch it and the video again"
        )
