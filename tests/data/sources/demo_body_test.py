"""The package's files are made up here: nothing is fetched."""

import numpy as np
import pytest

from tests.data import made_files
from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks.data.sources import demo_body

# A person who stands and faces the camera, arms stretched out; y down.
_STANDING = {
    "head_center": (0.0, -0.5),
    "neck": (0.0, -0.35),
    "pelvis": (0.0, 0.01),  # zero would be missing
    "left_shoulder": (0.08, -0.35),
    "left_elbow": (0.2, -0.35),
    "left_wrist": (0.3, -0.35),
    "left_hip": (0.06, 0.0),
    "left_knee": (0.06, 0.22),
    "left_ankle": (0.06, 0.44),
    "left_toes": (0.08, 0.48),
}


def _standing() -> np.ndarray:
    """[K, 2] of the skeleton."""
    points = []
    for name in demo_body.SKELETON.landmarks:
        x, y = _STANDING[name.replace("right_", "left_")]
        points.append((-x if name.startswith("right_") else x, y))
    return np.array(points)


def _turned(pose: np.ndarray, degrees: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return pose @ np.array([[cos, sin], [-sin, cos]])


def test_the_joints_are_those_that_the_avatars_have_too():
    skeleton = demo_body.SKELETON
    assert skeleton.num_landmarks == 17
    assert set(skeleton.landmarks) < set(skeletons.HUMAN36M_19.landmarks)
    assert len(skeleton.left_right_pairs) == 7
    # The limbs are in one piece, so that every joint is drawn.
    joined = {0}
    for _ in skeleton.edges:
        for edge in skeleton.edges:
            joined |= set(edge) if joined & set(edge) else set()
    assert len(joined) == 17


@pytest.mark.parametrize(
    ("pose", "resembles"),
    [
        (_standing(), True),
        (_turned(_standing(), 40), True),
        (_turned(_standing(), 50), False),
        (_turned(_standing(), 180), False),
        (_standing() * [-1, 1], False),  # from behind
    ],
)
def test_people_who_lie_or_turn_their_backs_are_left_out(pose, resembles):
    assert demo_body.resembling(pose[None]) == [resembles]


def _body_25(pose: np.ndarray) -> np.ndarray:
    """As the package has it, [25, 2]: y up, zeros where nothing is known."""
    names = {
        "head_center": "nose",
        "pelvis": "mid_hip",
        "left_toes": "left_big_toe",
        "right_toes": "right_big_toe",
    }
    known = skeletons.BODY_25.landmarks
    points = np.zeros([25, 2])
    for name, point in zip(demo_body.SKELETON.landmarks, pose, strict=True):
        points[known.index(names.get(name, name))] = point * [1, -1]
    return points


@pytest.fixture
def source(tmp_path, monkeypatch):
    def fetch(package, files):
        del package
        return {name: tmp_path / name for name in files}

    monkeypatch.setattr(packages, "fetch", fetch)
    for camera in ("cam01", "cam02"):
        folder = tmp_path / "Pose2Sim/Demo_SinglePerson/videos"
        made_files.write_video(folder / f"{camera}.mp4", 100)
    without_a_wrist = _standing()
    wrist = demo_body.SKELETON.landmarks.index("left_wrist")
    without_a_wrist[wrist] = 0
    poses = [_standing()] * 50 + [without_a_wrist, _turned(_standing(), 90)]
    rows = [
        ",".join(map(str, ["Stand", 20.5, *_body_25(pose).ravel()]))
        for pose in poses
    ]
    path = tmp_path / "pose_classification_kit/datasets/BodyPose_Dataset.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(["label,accuracy,x0", *rows]))
    return demo_body.source()


def test_clips_are_unlabelled_and_the_test_split_is_apart(source):
    seen = {}
    for split, clips in source.clips.items():
        assert [clip.name for clip in clips] == ["cam02", "cam01"]
        for clip in clips:
            frames = list(clip.frames())
            assert len(frames) == clip.length
            assert all(frame.keypoints is None for frame in frames)
        seen[split] = [frame.number for frame in frames]
    assert max(seen["train"]) + 3 < min(seen["test"])
    assert source.labels is None


def test_poses_are_placed_as_the_man_is(source):
    poses = source.poses["train"]
    assert poses.left_out == 1
    # Twice each of the 50, and mirrored; those that leave the crop are not in.
    assert 150 < len(poses.keypoints) <= 200
    assert np.abs(poses.keypoints).max() < 1
    height = np.ptp(poses.keypoints[..., 1], axis=1)
    assert height.min() > 1.1 and height.max() < 1.8
    assert demo_body.resembling(poses.keypoints).mean() > 0.9
