"""Motion capture: DeepMimic's clips out of the package pybullet.

A file's frames hold the duration, the root's position and rotation, and the
rotations of 12 joints relative to their parents, all zero when a person stands
with hanging arms. Its axes are x forward, y up and z to the person's right.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.spatial import transform

from tf_landmarks import packages

_FOLDER = "pybullet_data/data/motions"

# Joints in the order of a frame's numbers: 4 for a quaternion (w, x, y, z), 1
# for the angle of a hinge about z.
_JOINTS = {
    "root": 4,
    "chest": 4,
    "neck": 4,
    "right_hip": 4,
    "right_knee": 1,
    "right_ankle": 4,
    "right_shoulder": 4,
    "right_elbow": 1,
    "left_hip": 4,
    "left_knee": 1,
    "left_ankle": 4,
    "left_shoulder": 4,
    "left_elbow": 1,
}
ARMS = (
    "chest",
    "neck",
    *(f"{s}_{j}" for s in ("left", "right") for j in ("shoulder", "elbow")),
)

_STANDING_HEIGHT = 0.8814  # of the root, in metres

_UP = np.array([0.0, 1.0, 0.0])

# From the files' axes to those of this folder.
_TO_BODY = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


class Motion(NamedTuple):
    """Rotations over time, in the axes of this folder.

    Attributes:
      times: [T] seconds, from 0.
      lift: [T] height of the pelvis over where it is when standing, as a
        share of that.
      joints: T rotations by joint, relative to the parent.
    """

    times: np.ndarray
    lift: np.ndarray
    joints: dict[str, transform.Rotation]


def load(names: Sequence[str]) -> dict[str, Motion]:
    """Reads motions such as "walk", fetching them where they are not cached.

    Raises:
      errors.UserError: the package cannot be fetched.
    """
    files = {name: f"{_FOLDER}/humanoid3d_{name}.txt" for name in names}
    paths = packages.fetch(packages.PYBULLET, list(files.values()))
    return {
        name: parse(paths[file].read_text()) for name, file in files.items()
    }


def parse(text: str) -> Motion:
    """Reads a motion of DeepMimic's format."""
    frames = np.array(json.loads(text)["Frames"])  # [T, 44]
    durations, height, numbers = frames[:, 0], frames[:, 2], frames[:, 4:]
    places = np.cumsum(list(_JOINTS.values()))[:-1]
    parts = np.split(numbers, places, axis=1)
    return Motion(
        times=np.concatenate([[0.0], np.cumsum(durations[:-1])]),
        lift=height / _STANDING_HEIGHT - 1.0,
        joints={
            name: _rotations(values)
            for name, values in zip(_JOINTS, parts, strict=True)
        },
    )


def _rotations(values: np.ndarray) -> transform.Rotation:
    """Of quaternions [T, 4] or angles about z [T, 1]."""
    if values.shape[1] == 1:
        about_z = np.concatenate([np.zeros([len(values), 2]), values], axis=1)
        vectors = about_z
    else:
        # They are not all of length 1; scipy normalizes.
        quaternions = np.roll(values, -1, axis=1)  # (x, y, z, w)
        vectors = transform.Rotation.from_quat(quaternions).as_rotvec()
    return transform.Rotation.from_rotvec(vectors @ _TO_BODY.T)


def mirrored(motion: Motion) -> Motion:
    """The same with left and right exchanged."""
    other = {"left": "right", "right": "left"}

    def mirror(name: str) -> transform.Rotation:
        side, _, joint = name.partition("_")
        source = f"{other[side]}_{joint}" if side in other else name
        return transform.Rotation.from_rotvec(
            motion.joints[source].as_rotvec() * [1.0, -1.0, -1.0]
        )

    return motion._replace(joints={name: mirror(name) for name in _JOINTS})


def sample(motion: Motion, times: np.ndarray) -> Motion:
    """The motion at any times [N]; it goes to and fro between its ends."""
    length = motion.times[-1]
    phase = np.abs((times + length) % (2 * length) - length)
    return Motion(
        times,
        np.interp(phase, motion.times, motion.lift),
        {
            name: transform.Slerp(motion.times, rotations)(phase)
            for name, rotations in motion.joints.items()
        },
    )


def with_arms_of(motion: Motion, other: Motion) -> Motion:
    """One's legs with the other's chest, head and arms, at equal times."""
    arms = {name: other.joints[name] for name in ARMS}
    return motion._replace(joints={**motion.joints, **arms})


def turned(motion: Motion, offsets: dict[str, np.ndarray]) -> Motion:
    """Joints turned further: by rotation vectors [T, 3] of each, in radians."""
    joints = {
        name: motion.joints[name] * transform.Rotation.from_rotvec(vectors)
        for name, vectors in offsets.items()
    }
    return motion._replace(joints={**motion.joints, **joints})


def facing_ahead(motion: Motion, lean: float) -> Motion:
    """The motion of somebody who does not turn and stays upright.

    Args:
      motion: in which people may turn and fall.
      lean: of the root, in radians; more is bent towards it.
    """
    root = motion.joints["root"]
    up = root.apply(_UP)
    axis = np.cross(_UP, up)  # which the root leans about, in the room
    sine = np.linalg.norm(axis, axis=1)
    angle = np.arctan2(sine, up @ _UP)
    axis = axis / np.maximum(sine, 1e-9)[:, np.newaxis]
    leaning = transform.Rotation.from_rotvec(axis * angle[:, np.newaxis])
    heading = leaning.inv() * root
    less = lean * np.tanh(angle / lean)
    axis = heading.inv().apply(axis)  # forwards stays forwards
    upright = transform.Rotation.from_rotvec(axis * less[:, np.newaxis])
    return motion._replace(joints={**motion.joints, "root": upright})
