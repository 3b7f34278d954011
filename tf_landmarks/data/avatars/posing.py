"""Puts a person into the poses of a motion: bones, joints, skin.

The rest pose of the mesh is an A; that of the motions has hanging arms. Each
bone is first turned from the one into the other, then as the motion says.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial import transform

from tf_landmarks import skeletons
from tf_landmarks.data.avatars import body as bodies
from tf_landmarks.data.avatars import motions

# Hanging straight down, arms would sink into the hips, which are wider than
# those of the figure that the motions were captured for.
_ABDUCTION = np.deg2rad(7.0)
_TOE_IN = 0.6  # share of the rest pose's toeing out that is taken back
# The collarbone takes part in what an arm is raised beyond this angle.
_CLAVICLE_FROM, _CLAVICLE_SHARE = 0.5, 0.25

_LIMBS = ("UpLeg", "Leg", "Foot", "Arm", "ForeArm")
_LEFT, _DOWN = np.array([1.0, 0.0, 0.0]), np.array([0.0, -1.0, 0.0])

# Bones whose heads are the joints of skeletons.HUMAN36M_19, and those whose
# tails are.
_BONE_OF_JOINT = {
    "pelvis": "Hips",
    "thorax": "Spine1",
    "neck": "Neck",
    "head_center": "Head",
    "hip": "UpLeg",
    "knee": "Leg",
    "ankle": "Foot",
    "shoulder": "Arm",
    "elbow": "ForeArm",
    "wrist": "Hand",
}
_BONE_ENDING_AT = {"head_back": "Head", "toes": "ToeBase"}


class Person(NamedTuple):
    """A morphed body and what its rest pose says.

    Attributes:
      body: unmorphed.
      vertices: [V, 3], morphed.
      heads: [B, 3], where its bones start.
      tails: [B, 3], where they end.
      to_hanging: [B, 3, 3], from its rest pose to that of the motions.
      hip_height: of the pelvis over the ground, standing.
    """

    body: bodies.Body
    vertices: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    to_hanging: np.ndarray
    hip_height: float


class Poses(NamedTuple):
    """A person's bones at T times.

    Attributes:
      rotations: [T, B, 3, 3] from the rest pose.
      positions: [T, B, 3] of the bones' heads.
      joints: [T, 19, 3], those of skeletons.HUMAN36M_19.
    """

    rotations: np.ndarray
    positions: np.ndarray
    joints: np.ndarray


def person(body: bodies.Body, vertices: np.ndarray) -> Person:
    """Measures a morphed body [V, 3]."""
    heads = np.stack([vertices[i].mean(axis=0) for i in body.heads])
    tails = np.stack([vertices[i].mean(axis=0) for i in body.tails])
    to_hanging = _to_hanging(body, tails - heads)
    ground = vertices[np.unique(body.faces["joint-ground"])][:, 1].mean()
    soles = heads[body.bone("LeftFoot"), 1] - ground
    standing = _positions(body, heads, to_hanging[np.newaxis])[0]
    hip_height = -standing[body.bone("LeftFoot"), 1] + soles
    return Person(body, vertices, heads, tails, to_hanging, hip_height)


def _to_hanging(body: bodies.Body, directions: np.ndarray) -> np.ndarray:
    """Rotations [B, 3, 3] from the rest pose to that of the motions."""
    rotations = np.tile(np.eye(3), [len(body.bones), 1, 1])
    for side, outwards in (("Left", 1.0), ("Right", -1.0)):
        of = {b: directions[body.bone(side + b)] for b in _LIMBS}
        hanging = np.array([outwards * np.sin(_ABDUCTION), 0.0, 0.0])
        hanging[1] = -np.cos(_ABDUCTION)
        elbow = np.cross(of["Arm"], of["ForeArm"])  # the bent elbow's axis
        turns = {
            "UpLeg": _align(of["UpLeg"], _LEFT, _DOWN, _LEFT),
            "Leg": _align(of["Leg"], _LEFT, _DOWN, _LEFT),
            "Arm": _align(of["Arm"], elbow, hanging, -_LEFT),
            "ForeArm": _align(of["ForeArm"], elbow, hanging, -_LEFT),
            "Foot": _about_y(-_TOE_IN * np.arctan2(*of["Foot"][[0, 2]])),
        }
        for bone, turn in turns.items():
            rotations[body.bone(side + bone)] = turn
        rotations[body.bone(side + "ToeBase")] = turns["Foot"]
        rotations[_hand(body, side)] = turns["ForeArm"]
    return rotations


def _hand(body: bodies.Body, side: str) -> list[int]:
    prefixes = (f"{side}Hand", f"{side}Finger", f"{side[0]}Thumb")
    return [i for i, b in enumerate(body.bones) if b.startswith(prefixes)]


def _align(from_along, from_axis, to_along, to_axis) -> np.ndarray:
    """Turns one direction and hinge axis into others; [3, 3]."""
    return _frame(to_along, to_axis) @ _frame(from_along, from_axis).T


def _frame(along: np.ndarray, axis: np.ndarray) -> np.ndarray:
    along = along / np.linalg.norm(along)
    axis = axis - along * (along @ axis)
    axis = axis / np.linalg.norm(axis)
    return np.stack([along, axis, np.cross(along, axis)], axis=1)


def _about_y(angle: float) -> np.ndarray:
    return transform.Rotation.from_rotvec([0.0, angle, 0.0]).as_matrix()


def pose(person: Person, motion: motions.Motion) -> Poses:
    """The bones of a person in every pose of a motion.

    The pelvis stays over one place, and only rises and falls.
    """
    rotations = _global_rotations(person.body, motion) @ person.to_hanging
    positions = _positions(person.body, person.heads, rotations)
    lift = person.hip_height * (1.0 + motion.lift)
    positions[..., 1] += lift[:, np.newaxis]
    joints = _joints(person, rotations, positions)
    return Poses(rotations, positions, joints)


def _positions(
    body: bodies.Body, heads: np.ndarray, rotations: np.ndarray
) -> np.ndarray:
    """The bones' heads [T, B, 3], the root at 0."""
    positions = np.zeros([*rotations.shape[:2], 3])
    for i, parent in enumerate(body.parents):
        if parent >= 0:
            offset = rotations[:, parent] @ (heads[i] - heads[parent])
            positions[:, i] = positions[:, parent] + offset
    return positions


def _global_rotations(body: bodies.Body, motion: motions.Motion) -> np.ndarray:
    """Of every bone, as the motion says: [T, B, 3, 3]."""
    joints = motion.joints
    root = joints["root"]
    chest = root * joints["chest"]
    head = chest * joints["neck"]
    turns = {
        "Hips": root,
        "LHipJoint": root,
        "RHipJoint": root,
        "LowerBack": root * joints["chest"] ** (1 / 3),
        "Spine": root * joints["chest"] ** (2 / 3),
        "Spine1": chest,
        "Neck": chest * joints["neck"] ** (1 / 3),
        "Neck1": chest * joints["neck"] ** (2 / 3),
        "Head": head,
    }
    for side in ("Left", "Right"):
        hip, knee, ankle, shoulder, elbow = (
            joints[f"{side.lower()}_{joint}"]
            for joint in ("hip", "knee", "ankle", "shoulder", "elbow")
        )
        turns |= {
            side + "Shoulder": chest * _clavicle(shoulder),
            side + "Arm": chest * shoulder,
            side + "ForeArm": chest * shoulder * elbow,
            side + "UpLeg": root * hip,
            side + "Leg": root * hip * knee,
            side + "Foot": root * hip * knee * ankle,
            side + "ToeBase": root * hip * knee * ankle,
        }
        for i in _hand(body, side):
            turns[body.bones[i]] = turns[side + "ForeArm"]
    return np.stack([turns[b].as_matrix() for b in body.bones], axis=1)


def _clavicle(shoulder: transform.Rotation) -> transform.Rotation:
    """A share of how far the arm is raised, without its twist."""
    raised = shoulder.apply(_DOWN)  # [T, 3]
    axis = np.cross(_DOWN, raised)
    sine = np.linalg.norm(axis, axis=1)
    angle = np.arctan2(sine, raised @ _DOWN)
    turn = _CLAVICLE_SHARE * np.maximum(angle - _CLAVICLE_FROM, 0.0)
    axis = axis / np.maximum(sine, 1e-9)[:, np.newaxis]
    return transform.Rotation.from_rotvec(axis * turn[:, np.newaxis])


def _joints(person: Person, rotations, positions) -> np.ndarray:
    """The joints of skeletons.HUMAN36M_19: [T, 19, 3]."""
    body = person.body
    joints = []
    for name in skeletons.HUMAN36M_19.landmarks:
        side, joint = side_and_kind(name)
        at_tail = joint in _BONE_ENDING_AT
        bones = _BONE_ENDING_AT if at_tail else _BONE_OF_JOINT
        i = body.bone(side + bones[joint])
        place = positions[:, i]
        if at_tail:
            place = place + rotations[:, i] @ (
                person.tails[i] - person.heads[i]
            )
        joints.append(place)
    return np.stack(joints, axis=1)


def side_and_kind(joint: str) -> tuple[str, str]:
    """Of left_hip: Left, as in the names of bones, and hip."""
    side, _, kind = joint.partition("_")
    if side in ("left", "right"):
        return side.capitalize(), kind
    return "", joint
