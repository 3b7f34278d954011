import numpy as np
import pytest

from tests.data.avatars import made_bvh
from tf_landmarks import errors
from tf_landmarks.data.avatars import bvh


def _degrees(motion, joint):
    return np.rad2deg(motion.joints[joint].as_rotvec())


def test_the_t_pose_is_left_out_and_has_raised_arms():
    motion = bvh.parse(made_bvh.file({}, {}, {}))
    np.testing.assert_allclose(motion.times, [0, 0.04])
    np.testing.assert_allclose(_degrees(motion, "left_shoulder")[0], [0, 0, 90])
    np.testing.assert_allclose(
        _degrees(motion, "right_shoulder")[0], [0, 0, -90]
    )
    for joint in ("root", "chest", "left_elbow", "left_hip", "right_knee"):
        np.testing.assert_allclose(_degrees(motion, joint), 0, atol=1e-6)


def test_arms_that_are_let_down_hang():
    down = {"LeftArm": (-90, 0, 0), "RightArm": (90, 0, 0)}
    motion = bvh.parse(made_bvh.file({}, down, down))
    for side in ("left", "right"):
        np.testing.assert_allclose(
            _degrees(motion, f"{side}_shoulder"), 0, atol=1e-6
        )


def test_rotations_are_taken_from_the_first_frame():
    slanted = {"LeftUpLeg": (20, 0, 0)}
    bent = {"LeftUpLeg": (20, 0, 0), "LeftLeg": (0, 0, 50)}
    motion = bvh.parse(made_bvh.file(slanted, slanted, bent))
    np.testing.assert_allclose(_degrees(motion, "left_hip"), 0, atol=1e-6)
    knee = _degrees(motion, "left_knee")
    np.testing.assert_allclose(knee[0], 0, atol=1e-6)
    # About the thigh's own x axis, which stands aslant.
    across = 50 * np.array([np.cos(np.deg2rad(20)), np.sin(np.deg2rad(20)), 0])
    np.testing.assert_allclose(knee[1], across, atol=1e-6)


def test_the_body_turns_with_its_root():
    turned = {"Hips": (0, 30, 0), "height": 4.5}
    motion = bvh.parse(made_bvh.file({}, turned, turned))
    np.testing.assert_allclose(_degrees(motion, "root")[0], [0, 30, 0])
    np.testing.assert_allclose(_degrees(motion, "chest"), 0, atol=1e-6)
    np.testing.assert_allclose(motion.lift, -0.5)


def test_fast_files_are_thinned_out():
    motion = bvh.parse(made_bvh.file(*[{}] * 9, seconds=1 / 120))
    np.testing.assert_allclose(motion.times, [0, 4 / 120])


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "ends too early"),
        ("no BVH at all", "does not begin with HIERARCHY"),
        (made_bvh.file({}, {}, {})[:-20], "numbers instead of 3 frames"),
        (made_bvh.file({}, {}), "under 3 frames"),
        (
            made_bvh.file({}, {}, {"Hips": (np.nan, 0, 0)}),
            "numbers that are none",
        ),
        (
            made_bvh.file({}, {}, {}).replace("Spine1", "Chest"),
            "no bone Spine1",
        ),
        (made_bvh.file(*[{}] * 4, seconds=1 / 240), "under 3 frames of 30"),
        (made_bvh.file(*[{}] * 4, seconds=5e-324), "under 3 frames of 30"),
        (made_bvh.file({}, {}, {}, seconds="inf"), "no Frame Time over 0"),
        (made_bvh.file({"height": 0.0}, {}, {}), "root is not over the ground"),
        (
            made_bvh.file({}, {}, {}).replace("Yp", "Xp"),
            "root is not over the ground",
        ),
        (made_bvh.hierarchy(), "no MOTION"),
        ("HIERARCHY CHANNELS 1 Xrotation MOTION", "a bone has no CHANNELS"),
        ("HIERARCHY }", "pop from empty"),
        ("\xff", "decode"),
    ],
)
def test_other_files_are_named(tmp_path, text, message):
    path = tmp_path / "a.bvh"
    path.write_text(text, "latin-1")
    with pytest.raises(errors.UserError, match=rf"a\.bvh.*{message}"):
        bvh.read(path)
