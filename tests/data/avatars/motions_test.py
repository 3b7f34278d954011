import json

import numpy as np
from scipy.spatial import transform

from tf_landmarks.data.avatars import motions

_STILL = [1.0, 0.0, 0.0, 0.0]  # w, x, y, z


def _frame(duration=0.5, height=0.8814, **joints):
    """44 numbers of a standing person with some joints turned."""
    sizes = {"knee": 1, "elbow": 1}
    order = ["root", "chest", "neck"] + [
        f"{side}_{joint}"
        for side, joints_of_side in (
            ("right", ("hip", "knee", "ankle", "shoulder", "elbow")),
            ("left", ("hip", "knee", "ankle", "shoulder", "elbow")),
        )
        for joint in joints_of_side
    ]
    numbers = [duration, 3.0, height, 4.0]
    for name in order:
        size = sizes.get(name.partition("_")[2], 4)
        numbers += joints.get(name, _STILL if size == 4 else [0.0])
    assert len(numbers) == 44
    return numbers


def _motion(*frames):
    return motions.parse(json.dumps({"Loop": "none", "Frames": list(frames)}))


def _degrees(rotation):
    return np.rad2deg(rotation.as_rotvec())


def test_times_are_sums_of_durations():
    motion = _motion(_frame(0.5), _frame(0.25), _frame(0.0))
    np.testing.assert_allclose(motion.times, [0, 0.5, 0.75])


def test_lift_is_a_share_of_the_standing_height():
    motion = _motion(_frame(), _frame(height=0.8814 / 2))
    np.testing.assert_allclose(motion.lift, [0, -0.5])


def test_rotations_are_in_the_axes_of_the_body():
    # About the file's x, forward: the body's z. About its z, to the person's
    # right: against the body's x, which points to the left.
    half = np.sqrt(0.5)
    motion = _motion(
        _frame(chest=[half, half, 0, 0], left_elbow=[np.pi / 2]),
        _frame(chest=[half, 0, half, 0]),
    )
    chest = _degrees(motion.joints["chest"])
    np.testing.assert_allclose(chest, [[0, 0, 90], [0, 90, 0]], atol=1e-6)
    elbow = _degrees(motion.joints["left_elbow"])
    np.testing.assert_allclose(elbow, [[-90, 0, 0], [0, 0, 0]], atol=1e-6)


def test_quaternions_need_not_be_of_length_1():
    motion = _motion(_frame(chest=[0.5, 0.5, 0, 0]), _frame())
    np.testing.assert_allclose(
        _degrees(motion.joints["chest"])[0], [0, 0, 90], atol=1e-6
    )


def test_a_mirrored_motion_exchanges_left_and_right():
    quaternion = transform.Rotation.from_rotvec([0.3, 0.2, 0.1]).as_quat()
    right = np.roll(quaternion, 1).tolist()
    motion = _motion(_frame(right_hip=right, left_knee=[-1.0]), _frame())
    mirrored = motions.mirrored(motion)
    np.testing.assert_allclose(
        mirrored.joints["left_hip"].as_rotvec(),
        motion.joints["right_hip"].as_rotvec() * [1, -1, -1],
    )
    np.testing.assert_allclose(
        mirrored.joints["right_knee"].as_rotvec(),
        motion.joints["left_knee"].as_rotvec(),
        atol=1e-9,
    )
    again = motions.mirrored(mirrored)
    np.testing.assert_allclose(
        again.joints["right_hip"].as_quat(),
        motion.joints["right_hip"].as_quat(),
    )


def test_samples_go_to_and_fro():
    motion = _motion(_frame(1.0), _frame(0.0, left_elbow=[1.0]))
    sampled = motions.sample(motion, np.array([0.25, 1.0, 1.75, 2.25]))
    bent = np.linalg.norm(sampled.joints["left_elbow"].as_rotvec(), axis=1)
    np.testing.assert_allclose(bent, [0.25, 1.0, 0.25, 0.25], atol=1e-9)


def test_arms_of_one_go_with_the_legs_of_another():
    legs = _motion(_frame(right_knee=[-1.0], right_elbow=[0.1]), _frame())
    arms = _motion(_frame(right_knee=[-0.2], right_elbow=[2.0]), _frame())
    both = motions.with_arms_of(legs, arms).joints
    np.testing.assert_allclose(both["right_knee"].magnitude()[0], 1.0)
    np.testing.assert_allclose(both["right_elbow"].magnitude()[0], 2.0)


def _quaternion(axis, degrees):
    half = np.deg2rad(degrees) / 2
    return [np.cos(half), *(np.sin(half) * np.array(axis))]


def test_who_turns_and_bends_faces_ahead_and_bends_forwards():
    # In the file's axes: to the left by 90 degrees, and forwards by 20.
    left, forwards = _quaternion([0, 1, 0], 90), _quaternion([0, 0, 1], -20)
    turn, bend = (
        transform.Rotation.from_quat(np.roll(q, -1)) for q in (left, forwards)
    )
    both = np.roll((turn * bend).as_quat(), 1).tolist()
    moving = _motion(_frame(root=both), _frame(root=left), _frame())
    root = motions.facing_ahead(moving, 10.0).joints["root"]
    np.testing.assert_allclose(
        _degrees(root), [[20, 0, 0], [0, 0, 0], [0, 0, 0]], atol=0.01
    )


def test_nobody_leans_far():
    fallen = _motion(_frame(root=_quaternion([1, 0, 0], 170)), _frame())
    root = motions.facing_ahead(fallen, np.deg2rad(25)).joints["root"]
    lean = np.linalg.norm(_degrees(root), axis=1)
    np.testing.assert_allclose(lean, [25, 0], atol=0.5)
