"""3D faces out of a table that OpenFace wrote, with a jaw that opens."""

import csv
import pathlib

import numpy as np

from tf_landmarks.data import virtual_cameras

_POINTS = 68
_CHIN = 8
_LOWER_LIP = (55, 56, 57, 58, 59, 65, 66, 67)
_MOUTH_CORNERS = (48, 54, 60, 64)
# From the middle between the ends of the jaw line to the middle between the
# jaw joints, millimetres: a head is deeper than the line that is seen.
_JOINT_OFFSET = (0.0, 10.0, 30.0)


def read_faces(path: pathlib.Path) -> np.ndarray:
    """Reads the 3D landmarks of each row, turned to face the camera.

    Columns `X_0` .. `Z_67` are millimetres in the camera's frame (x right, y
    down, z away), `pose_Rx` .. `pose_Rz` the head's rotation Rx Ry Rz.

    Returns:
      [N, 68, 3] in millimetres, about each face's mean.
    """
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))

    def columns(names):
        return np.array([[float(row[name]) for name in names] for row in rows])

    faces = np.stack(
        [columns([f"{a}_{i}" for i in range(_POINTS)]) for a in "XYZ"], axis=-1
    )  # [N, 68, 3]
    x, y, z = np.degrees(columns(["pose_Rx", "pose_Ry", "pose_Rz"])).T
    zero = np.zeros_like(x)
    head = (
        virtual_cameras.rotations(zero, x, zero)
        @ virtual_cameras.rotations(y, zero, zero)
        @ virtual_cameras.rotations(zero, zero, z)
    )
    faces = faces - faces.mean(axis=1, keepdims=True)
    return faces @ head  # each row vector times R is R^T times it


def open_jaws(
    faces: np.ndarray, rng: np.random.Generator, max_degrees: float = 18.0
) -> np.ndarray:
    """Opens each mouth by a random angle, small ones more often.

    The lower jaw turns about the axis through the two jaw joints, close to
    the ears. The jaw line follows smoothly towards the ears, the mouth's
    corners a little, the upper lip not at all.

    Args:
      faces: [N, 68, 3] as of `read_faces`.
      rng: source of the angles.
      max_degrees: the widest opening.
    """
    angle = max_degrees * rng.uniform(size=[len(faces), 1]) ** 2
    joint = (faces[:, [0]] + faces[:, [16]]) / 2 + _JOINT_OFFSET  # [N, 1, 3]
    # About x, z moves towards y: the chin, in front of the joint (its z is
    # smaller), goes down and back.
    turn = virtual_cameras.rotations(
        np.zeros(angle.size * _POINTS),
        (angle * _jaw_weights()).ravel(),
        np.zeros(angle.size * _POINTS),
    ).reshape(len(faces), _POINTS, 3, 3)
    return (turn @ (faces - joint)[..., np.newaxis])[..., 0] + joint


def _jaw_weights() -> np.ndarray:
    """[68]: 1 for what is fixed to the lower jaw, 0 for the rest."""
    weights = np.zeros(_POINTS)
    towards_ear = np.abs(np.arange(17) - _CHIN) / 8.0
    weights[:17] = 0.5 * (1 + np.cos(np.pi * towards_ear))
    weights[list(_LOWER_LIP)] = 1.0
    weights[list(_MOUTH_CORNERS)] = 0.3
    return weights
