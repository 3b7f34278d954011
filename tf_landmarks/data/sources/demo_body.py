"""`--dataset=demo_body`: a real man in motion, and real poses of other people.

Nobody labelled the video; the poses were seen in other videos, by OpenPose.
Both are fetched out of packages when first needed.

The man balances on a treadmill before four cameras. Two see him from the
front, as the poses do; the other two from behind, where nothing tells left
from right by the poses' example, so they are left out.
"""

import pathlib
from typing import NamedTuple

import numpy as np

from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import preprocessing

NAME = "demo_body"


_Box = tuple[float, float, float, float]  # x, y, width, height in pixels


class _Camera(NamedTuple):
    """A video, and the square that the man stays in."""

    path: str
    box: _Box


_VIDEOS = "Pose2Sim/Demo_SinglePerson/videos"
_UPRIGHT = _Camera(f"{_VIDEOS}/cam02.mp4", (50, 370, 900, 900))
_TILTED = _Camera(f"{_VIDEOS}/cam01.mp4", (0, 270, 1080, 1080))

# 100 frames each. The last ones are the test split; a gap keeps it apart.
_SPLITS = {"train": range(80), "test": range(84, 100)}

_POSES = "pose_classification_kit/datasets/BodyPose_Dataset.csv"
_COPIES = 2  # of each pose and of its mirror image, each placed at random
_EDGE = 0.97  # how far from the middle of the crop a landmark may be

# BODY_25's name of each landmark: what it has of Human3.6M's joints. Where
# that has the middle of the head, BODY_25 has the nose.
_BODY_25_NAMES = {
    "head_center": "nose",
    "pelvis": "mid_hip",
    "left_toes": "left_big_toe",
    "right_toes": "right_big_toe",
}


def _skeleton() -> skeletons.Skeleton:
    """Human3.6M's, of the joints that BODY_25 has too; 17 of them."""
    names = skeletons.HUMAN36M_19.landmarks
    joints = skeletons.HUMAN36M_19.subset(
        "person",
        [
            i
            for i, name in enumerate(names)
            if _BODY_25_NAMES.get(name, name) in skeletons.BODY_25.landmarks
        ],
    )
    # Human3.6M's edge to the head is one to its back.
    head = tuple(map(joints.landmarks.index, ("head_center", "neck")))
    return joints._replace(edges=(*joints.edges, head))


SKELETON = _skeleton()


def video() -> tuple[pathlib.Path, _Box]:
    """The video to detect in, and where the man is in it.

    Raises:
      errors.UserError: it cannot be fetched.
    """
    return _fetch_videos()[_UPRIGHT.path], _UPRIGHT.box


def source() -> clips.Source:
    """Two clips of one man, and the poses of others.

    Raises:
      errors.UserError: a package cannot be fetched.
    """
    cameras = (_UPRIGHT, _TILTED)
    files = _fetch_videos()
    release = f"{packages.POSE2SIM.name} {packages.POSE2SIM.version}"
    kit = packages.POSE_CLASSIFICATION_KIT
    return clips.Source(
        name=NAME,
        description={
            "clips": [f"{release} {camera.path}" for camera in cameras],
            "prior": f"{kit.name} {kit.version} {_POSES}",
        },
        skeleton=SKELETON,
        clips={
            split: [
                clips.of_video(files[camera.path], camera.box, frames)
                for camera in cameras
            ]
            for split, frames in _SPLITS.items()
        },
        poses={"train": _prior(_read_poses())},
    )


def _fetch_videos() -> dict[str, pathlib.Path]:
    # Both: the package is fetched once.
    paths = [_UPRIGHT.path, _TILTED.path]
    return packages.fetch(packages.POSE2SIM, paths)


def _read_poses() -> np.ndarray:
    """The landmarks [N, 25, 2] of the package; x, y up, zeros: missing."""
    kit = packages.POSE_CLASSIFICATION_KIT
    path = packages.fetch(kit, [_POSES])[_POSES]
    # The columns before are the class, and how sure OpenPose was.
    table = np.loadtxt(path, delimiter=",", skiprows=1, usecols=range(2, 52))
    return table.reshape(-1, 25, 2)


def _prior(poses: np.ndarray) -> clips.Poses:
    """People as they are on the videos: facing the camera, and upright."""
    joints = poses[
        :,
        [
            skeletons.BODY_25.landmarks.index(_BODY_25_NAMES.get(name, name))
            for name in SKELETON.landmarks
        ],
    ]
    whole = joints.any(axis=2).all(axis=1)
    joints = joints[whole] * [1, -1]  # y down
    joints = joints[resembling(joints)]
    mirrored = joints[:, list(SKELETON.flip_permutation)] * [-1, 1]
    placed = _placed(
        np.concatenate([joints, mirrored] * _COPIES), np.random.default_rng(0)
    )
    inside = np.abs(placed).max(axis=(1, 2)) < _EDGE
    boxes = np.tile([0.0, 0.0, 1.0, 1.0], (inside.sum(), 1))
    return clips.Poses(placed[inside], boxes, left_out=int((~whole).sum()))


def resembling(poses: np.ndarray) -> np.ndarray:
    """Which poses are of people who face the camera, and do not lie.

    Args:
      poses: [N, K, 2] of `SKELETON`, y down.

    Returns:
      bool [N]: the left shoulder and hip are to the right of the right ones,
      and the trunk is within 45 degrees of the vertical.
    """
    part = {name: poses[:, i] for i, name in enumerate(SKELETON.landmarks)}
    facing = np.all(
        [
            part[f"left_{name}"][:, 0] > part[f"right_{name}"][:, 0]
            for name in ("shoulder", "hip")
        ],
        axis=0,
    )
    trunk = part["pelvis"] - part["neck"]
    return facing & (trunk[:, 1] > np.abs(trunk[:, 0]))


def _placed(poses: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Poses as large as the man, turned and moved about as he is.

    η would else know a few people's bodies in one place only.

    Args:
      poses: [N, K, 2], y down, as the package scales them: someone who stands
        is some 0.98 from nose to toes, and the middle of the pose is 0.
      rng: source of the draws.

    Returns:
      float32 [N, K, 2] in [-1, 1]: 1.28 to 1.56 times as wide and as high,
      turned by at most 20 degrees, the middle at most 0.25 beside and 0.15
      above or below the crop's, each uniformly.
    """
    count = len(poses)
    degrees = rng.uniform(-20, 20, count)
    stretch = rng.uniform(1.28, 1.56, (count, 1, 2))
    shift = rng.uniform(-1, 1, (count, 1, 2)) * [0.25, 0.15]
    turned = preprocessing.turned(poses * stretch, degrees)
    return (turned + shift).astype(np.float32)
