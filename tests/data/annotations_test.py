import numpy as np
import pytest

from tests.data import made_files
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import annotations
from tf_landmarks.data import coco

_SIZE = 4


def _file(tmp_path, poses, images=None):
    content = made_files.coco(poses, images)
    return made_files.write_json(tmp_path / "poses.json", content)


def test_poses_are_normalized_by_their_squared_box(tmp_path):
    # Grown to (10, 0, 40, 40): output pixels are 10 wide, the centre of the
    # first is at 14.5 across and 4.5 down, that of the last at 44.5 and 34.5.
    pose = {
        "image_id": 1,
        "bbox": [10, 10, 40, 20],
        "keypoints": [14.5, 4.5, 2, 44.5, 34.5, 1, 29.5, 19.5, 2],
    }
    skeleton, poses = annotations.read_poses(_file(tmp_path, [pose]), _SIZE)
    assert skeleton.num_landmarks == 3
    np.testing.assert_allclose(
        poses.keypoints, [[[-1, -1], [1, 1], [0, 0]]], atol=1e-9
    )
    np.testing.assert_array_equal(poses.boxes, [[10, 10, 40, 20]])


def test_poses_without_a_box_are_normalized_by_the_padded_image(tmp_path):
    # 64x48 grows to 64x64 about the middle (31.5, 23.5): (0, -8, 64, 64).
    pose = {"image_id": 1, "keypoints": [31.5, 23.5, 2] * 3}
    _, poses = annotations.read_poses(_file(tmp_path, [pose]), _SIZE)
    np.testing.assert_allclose(poses.keypoints, np.zeros([1, 3, 2]), atol=1e-9)


def test_poses_that_lack_a_landmark_are_left_out_and_counted(tmp_path):
    part = made_files.pose()
    part["keypoints"][5] = 0
    path = _file(tmp_path, [made_files.pose(), part, made_files.pose()])
    _, poses = annotations.read_poses(path, _SIZE)
    assert len(poses.keypoints) == 2 and poses.left_out == 1


def test_no_whole_pose_is_an_error(tmp_path):
    part = made_files.pose()
    part["keypoints"][5] = 0
    with pytest.raises(errors.UserError, match="none of the 1 poses has all"):
        annotations.read_poses(_file(tmp_path, [part]), _SIZE)
    with pytest.raises(errors.UserError, match="there are no poses"):
        annotations.read_poses(_file(tmp_path, []), _SIZE)


def test_a_pose_needs_a_box_or_the_size_of_its_image(tmp_path):
    path = _file(tmp_path, [made_files.pose()], [{"id": 1}])
    with pytest.raises(errors.UserError, match="no width and height and its"):
        annotations.read_poses(path, _SIZE)


def test_reads_3d_poses(tmp_path):
    points = np.arange(9.0)
    path = _file(tmp_path, [{"image_id": 1, "keypoints_3d": points.tolist()}])
    _, poses = annotations.read_poses_3d(path)
    np.testing.assert_array_equal(poses, points.reshape(1, 3, 3))


def test_3d_poses_must_be_there(tmp_path):
    with pytest.raises(errors.UserError, match="keypoints_3d is missing"):
        annotations.read_poses_3d(_file(tmp_path, [made_files.pose()]))


_IMAGES = [{"id": 1, "file_name": "clip/1.png"}]


def test_labels_keep_what_is_hidden_and_what_is_not_labelled(tmp_path):
    pose = made_files.pose()
    pose["keypoints"][2::3] = [0, 1, 2]
    path = _file(tmp_path, [pose], _IMAGES)
    skeleton = coco.CocoFile(path).skeleton()
    label = annotations.read_labels(path, skeleton)[coco.FrameKey("clip/1.png")]
    np.testing.assert_array_equal(label.visibility, [0, 1, 2])
    np.testing.assert_array_equal(label.keypoints[1], [40, 30])
    assert label.box is None


def test_labels_of_other_landmarks_are_refused(tmp_path):
    path = _file(tmp_path, [made_files.pose()], _IMAGES)
    with pytest.raises(errors.UserError, match="differ from the poses'"):
        annotations.read_labels(path, skeletons.IBUG_68)


def test_a_box_file_needs_boxes(tmp_path):
    path = _file(tmp_path, [made_files.pose()], _IMAGES)
    with pytest.raises(errors.UserError, match=r"clip/1\.png has no bbox"):
        annotations.read_boxes(path)
