"""Priors: poses gathered from many files, fewer of them, or others' poses."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import preprocessing

# How far a landmark may be from the middle of the crop; its edges are at 1.
# What is further out is no pose that the crops show, but a mistake.
_FAR = 1.5


class Gathered:
    """Poses that come file by file, in memory once, as float32.

    Attributes:
      left_out: how many were, see `add`.
    """

    def __init__(self, num_landmarks: int, farthest: float = _FAR):
        """`farthest`: of a landmark that is kept, in [-1, 1] of the crop."""
        self._num_landmarks = num_landmarks
        self._farthest = farthest
        self._keypoints = bytearray()
        self._boxes = bytearray()
        self.left_out = 0
        self._first_left_out = ""

    def add(
        self,
        keypoints: np.ndarray,
        boxes: np.ndarray,
        image_size: int,
        names: Iterable[str],
    ) -> None:
        """Adds whole poses that lie in their crops, or not far outside.

        Args:
          keypoints: [N, K, 2] in pixels; NaN is missing.
          boxes: [N, 4], (x, y, width, height) in pixel edges; each is grown
            to the square that its pose is normalised by.
          image_size: S of the crops.
          names: of the poses, N: the first that is left out is told by it.
        """
        for points, box, name in zip(keypoints, boxes, names, strict=True):
            normalized = preprocessing.pixels_to_normalized(
                points, preprocessing.square_box(box), image_size
            )
            if np.abs(normalized).max() <= self._farthest:  # NaN is not
                self._keypoints += normalized.astype(np.float32).tobytes()
                self._boxes += np.float32(box).tobytes()
            else:
                self.left_out += 1
                self._first_left_out = self._first_left_out or name

    def __len__(self) -> int:
        """How many there are."""
        return len(self._boxes) // np.float32([0] * 4).nbytes

    def poses(self, folder: str) -> clips.Poses:
        """All of them.

        Raises:
          errors.UserError: none came from `folder`.
        """
        if not self._keypoints:
            raise errors.UserError(
                f"{folder}: no pose there has all landmarks in its crop or "
                "near, and a prior needs some; check the annotations"
            )
        keypoints = np.frombuffer(self._keypoints, np.float32)
        boxes = np.frombuffer(self._boxes, np.float32)
        return clips.Poses(
            keypoints.reshape(-1, self._num_landmarks, 2),
            boxes.reshape(-1, 4),
            self.left_out,
            self._first_left_out,
        )


def draw(source: clips.Source, count: int, seed: int) -> clips.Source:
    """Leaves `count` training poses, drawn without replacement (table 4).

    Raises:
      errors.UserError: there are fewer.
    """
    poses = source.poses["train"]
    if count > len(poses.keypoints):
        raise errors.UserError(
            f"--prior_size={count} is more than the {len(poses.keypoints)} "
            "poses that there are; give fewer, or drop the flag for all"
        )
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.permutation(len(poses.keypoints))[:count])
    drawn = poses._replace(
        keypoints=poses.keypoints[kept], boxes=poses.boxes[kept]
    )
    return source._replace(
        poses={**source.poses, "train": drawn},
        description={**source.description, "prior_size": count, "seed": seed},
    )


def exchange(
    source: clips.Source,
    skeleton: skeletons.Skeleton,
    poses: clips.Poses,
    names: Mapping[str, str],
) -> clips.Source:
    """A source with a prior of another skeleton.

    Labels become those of the new skeleton's landmarks; one that the images'
    dataset does not have has visibility 0.

    Args:
      source: of the images.
      skeleton: of the prior.
      poses: the prior.
      names: landmarks of `skeleton` by landmarks of the source's; see
        `joint_maps`.
    """
    origins = {new: old for old, new in names.items()}
    columns = [
        source.skeleton.landmarks.index(origins[name])
        if name in origins
        else None
        for name in skeleton.landmarks
    ]
    return source._replace(
        skeleton=skeleton,
        clips={
            split: [_relabelled_clip(clip, columns) for clip in found]
            for split, found in source.clips.items()
        },
        poses={"train": poses},
    )


def _relabelled_clip(
    clip: clips.Clip, columns: Sequence[int | None]
) -> clips.Clip:
    def frames() -> Iterator[clips.Frame]:
        for frame in clip.frames():
            yield _relabelled(frame, columns)

    return clip._replace(frames=frames)


def _relabelled(
    frame: clips.Frame, columns: Sequence[int | None]
) -> clips.Frame:
    """New landmark i is the old landmark `columns[i]`, if there is one."""
    if frame.keypoints is None:
        return frame
    keypoints = np.zeros([len(columns), 2])
    visibility = np.zeros(len(columns), int)
    for new, old in enumerate(columns):
        if old is not None:
            keypoints[new] = frame.keypoints[old]
            visibility[new] = frame.visibility[old]
    return frame._replace(keypoints=keypoints, visibility=visibility)
