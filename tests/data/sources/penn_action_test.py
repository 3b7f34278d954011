import shutil

import numpy as np
import pytest
from PIL import Image

from tests.data.sources import penn_action_files
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data.sources import penn_action
from tf_landmarks.data.sources import penn_action_labels

_SIZE = 32


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "Penn_Action"
    penn_action_files.write(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "Penn_Action")


def _source(folder, skip=False):
    return penn_action.source(str(folder), clips.BadFiles(skip))


def _prior(folder, skip=False):
    return penn_action.prior(str(folder), _SIZE, clips.BadFiles(skip))


def _named(clips_of_split, name):
    return {clip.name: clip for clip in clips_of_split}[name]


def test_images_are_of_the_first_half_of_each_action(whole):
    source = _source(whole)
    names = [clip.name for clip in source.clips["train"]]
    # Of three the middle one belongs to the first half.
    assert len(names) == 30
    assert names[:3] == [
        "baseball_pitch/0001",
        "baseball_pitch/0002",
        "baseball_swing/0005",
    ]
    assert len(source.clips["test"]) == 15
    assert source.clips["test"][0].name == "baseball_pitch/0004"
    assert (source.name, source.poses) == ("penn_action", {})


def test_images_are_of_all_training_videos_unless_they_are_halved(whole):
    source = penn_action.source(str(whole), clips.BadFiles(False), halved=False)
    assert len({clip.name for clip in source.clips["train"]}) == 45
    assert len(source.clips["test"]) == 15
    assert source.description["images"] == (
        "Penn Action, all of each action's training videos"
    )
    assert "first half" in _source(whole).description["images"]


def test_training_frames_carry_no_labels(whole):
    frames = list(_source(whole).clips["train"][0].frames())
    assert [frame.number for frame in frames] == [0, 1]
    assert all(frame.keypoints is None for frame in frames)
    assert frames[0].box == (5, 0, 40, 40)
    np.testing.assert_allclose(frames[1].image, 40, atol=2)


def test_test_frames_carry_labels_of_visible_joints_only(folder):
    visibility = np.ones((2, 13), bool)
    visibility[1, 12] = False
    shutil.rmtree(folder / "frames" / "0004")
    penn_action_files.write_video(
        folder, "0004", "baseball_pitch", -1, visibility=visibility
    )
    source = _source(folder)
    assert (source.labels, source.skeleton) == (
        "labels",
        skeletons.PENN_ACTION,
    )
    clip = _named(source.clips["test"], "baseball_pitch/0004")
    first, second = clip.frames()
    np.testing.assert_array_equal(
        first.keypoints, penn_action_files.joints(0) - 1
    )
    np.testing.assert_array_equal(first.visibility, [2] * 13)
    np.testing.assert_array_equal(second.visibility, [2] * 12 + [0])


def test_poses_are_of_the_second_half_and_whole(folder):
    visibility = np.ones((2, 13), bool)
    visibility[0, 5] = False
    shutil.rmtree(folder / "frames" / "0003")
    penn_action_files.write_video(
        folder, "0003", "baseball_pitch", 1, visibility=visibility
    )
    skeleton, poses = _prior(folder)
    assert skeleton == skeletons.PENN_ACTION
    assert poses.keypoints.shape == (29, 13, 2)
    assert poses.left_out == 1
    assert poses.first_left_out == "baseball_pitch/0003, frame 0"
    np.testing.assert_array_equal(poses.boxes[0], [5, 0, 40, 40])
    # Frame 1 of video 3; its head is at (19, 10) in pixels from 0. In the
    # crop, by hand: (19.5 - 5) / 40 and (10.5 - 0) / 40 of 32 pixels.
    pixel = np.array([14.5, 10.5]) / 40 * 32 - 0.5
    np.testing.assert_allclose(
        poses.keypoints[0, 0], 2 * pixel / 31 - 1, rtol=1e-6
    )


def test_without_a_whole_pose_the_source_is_named(folder):
    for number in range(3, 60, 4):
        name = f"{number:04d}"
        shutil.rmtree(folder / "frames" / name)
        penn_action_files.write_video(
            folder,
            name,
            penn_action_labels.ACTIONS[number // 4],
            1,
            visibility=np.zeros((2, 13)),
        )
    with pytest.raises(
        errors.UserError, match=r"Penn_Action: no pose there has all"
    ):
        _prior(folder)


def test_frames_that_were_resized_are_named_or_skipped(folder):
    path = folder / "frames" / "0001" / "000002.jpg"
    Image.new("RGB", (32, 24)).save(path)
    with pytest.raises(
        errors.UserError,
        match=r"000002\.jpg: is 32x24, its labels are for 64x48",
    ):
        list(_source(folder).clips["train"][0].frames())
    frames = list(_source(folder, skip=True).clips["train"][0].frames())
    assert [frame.number for frame in frames] == [0]


def test_a_frame_that_is_no_image_is_named(folder):
    path = folder / "frames" / "0001" / "000001.jpg"
    path.write_bytes(b"MATLAB 5.0 MAT-file")
    with pytest.raises(errors.UserError, match=r"000001\.jpg: cannot be read"):
        list(_source(folder).clips["train"][0].frames())
