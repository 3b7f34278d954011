import json

import numpy as np
import pytest

from tests.data import made_files
from tf_landmarks import errors
from tf_landmarks.data import coco


def _file(tmp_path, content):
    return str(made_files.write_json(tmp_path / "poses.json", content))


def _numbers(path):
    file = coco.CocoFile(path)
    return file.numbers(0, "keypoints", (file.skeleton().num_landmarks, 3))


def test_reads_landmarks_edges_and_keypoints(tmp_path):
    path = _file(tmp_path, made_files.coco([made_files.pose()]))
    skeleton = coco.CocoFile(path).skeleton()
    assert skeleton.landmarks == ("head", "left_hand", "right_hand")
    assert skeleton.edges == ((0, 1), (0, 2))
    np.testing.assert_array_equal(
        _numbers(path), [[30, 10, 2], [40, 30, 2], [20, 30, 2]]
    )


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda c: c.pop("categories"), "lacks `categories`"),
        (lambda c: c.update(categories=[]), r"categories: \[\]"),
        (lambda c: c["categories"][0].pop("keypoints"), "no 'keypoints'"),
        (lambda c: c.pop("annotations"), "'annotations' is a required"),
        (lambda c: c["annotations"][0].pop("keypoints"), "keypoints is miss"),
        (
            lambda c: c["annotations"][0]["keypoints"].pop(),
            "has 8 numbers instead of 9, 3 for each of the 3 landmarks",
        ),
        (lambda c: c["annotations"][0].update(image_id=7), "image_id 7"),
        (
            lambda c: c["annotations"][0]["keypoints"].__setitem__(0, "x"),
            r"annotations\[0\].keypoints holds what is not a number",
        ),
        (
            lambda c: c["annotations"][0]["keypoints"].__setitem__(
                4, float("nan")
            ),
            r"annotations\[0\].keypoints holds NaN or infinite",
        ),
        (
            lambda c: c["annotations"][0]["keypoints"].__setitem__(
                4, float("inf")
            ),
            r"annotations\[0\].keypoints holds NaN or infinite",
        ),
    ],
)
def test_mistakes_are_named(tmp_path, change, message):
    content = made_files.coco([made_files.pose()])
    change(content)
    path = _file(tmp_path, content)
    with pytest.raises(errors.UserError, match=message) as error:
        _numbers(path)
    assert str(error.value).startswith(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("box", [[0, 0, 0, 5], [0, 0, 5, -1], [0, 0, 1e999, 5]])
def test_boxes_without_a_size_are_refused(tmp_path, box):
    content = made_files.coco([made_files.pose(bbox=box)])
    file = coco.CocoFile(_file(tmp_path, content))
    with pytest.raises(errors.UserError, match="positive size"):
        file.box(0)


@pytest.mark.parametrize("text", ["", "{", "keypoints: 3", "\x00\xff"])
def test_what_is_not_json_is_named(tmp_path, text):
    path = tmp_path / "poses.json"
    path.write_text(text)
    with pytest.raises(errors.UserError, match=r"poses\.json: is not JSON"):
        coco.CocoFile(str(path))


def test_binary_file_is_not_json(tmp_path):
    path = tmp_path / "poses.json"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(errors.UserError, match=r"poses\.json: is not JSON"):
        coco.CocoFile(str(path))


def test_json_that_is_not_coco_is_named(tmp_path):
    path = _file(tmp_path, json.loads("[1, 2]"))
    with pytest.raises(errors.UserError, match="not a COCO keypoint file"):
        coco.CocoFile(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(errors.UserError, match=r"nowhere\.json: cannot be"):
        coco.CocoFile(str(tmp_path / "nowhere.json"))


def test_frames_are_named_by_file_and_number(tmp_path):
    images = [
        {"id": "a", "file_name": "clip/1.png"},
        {"id": "b", "file_name": "clip.mp4", "frame": 4},
    ]
    poses = [made_files.pose("b"), made_files.pose("a")]
    file = coco.CocoFile(_file(tmp_path, made_files.coco(poses, images)))
    assert file.by_frame() == {
        coco.FrameKey("clip.mp4", 4): 0,
        coco.FrameKey("clip/1.png"): 1,
    }


def test_two_objects_in_a_frame_are_refused(tmp_path):
    images = [{"id": 1, "file_name": "clip.mp4", "frame": 4}]
    content = made_files.coco([made_files.pose(), made_files.pose()], images)
    file = coco.CocoFile(_file(tmp_path, content))
    with pytest.raises(errors.UserError, match=r"of clip.mp4 frame 4; keep"):
        file.by_frame()
