import shutil

import numpy as np
import pytest
import scipy.io
from PIL import Image

from tests.data.sources import made_human36m
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data.sources import simple_h36m

_NAME = f"Directions.{made_human36m.CAMERA}"
_SIZE = 16


@pytest.fixture
def folder(tmp_path):
    made_human36m.write_simple(tmp_path)
    return tmp_path


def _source(folder, skip=False, **options):
    return simple_h36m.source(str(folder), clips.BadFiles(skip), **options)


def _prior(folder, skip=False):
    return simple_h36m.prior(str(folder), _SIZE, clips.BadFiles(skip))


def _frames(source, split, name):
    (clip,) = (clip for clip in source.clips[split] if clip.name == name)
    return list(clip.frames())


def _file(folder, kind, name, subject="S1"):
    return folder / "human_images" / subject / kind / _NAME / name


def test_subjects_and_activities_are_those_of_the_released_code(folder):
    source = _source(folder)
    names = {s: [c.name for c in found] for s, found in source.clips.items()}
    assert names["test"] == [
        f"S11/{word}.{made_human36m.CAMERA}"
        for word in (
            "Directions",
            "Discussion",
            "Greeting",
            "Posing",
            "Waiting",
            "Walking",  # but not WalkDog
        )
    ]
    assert {name.partition("/")[0] for name in names["train"]} == {
        *("S1", "S5", "S6", "S7", "S8", "S9")
    }
    assert len(names["train"]) == 36
    assert source.skeleton == skeletons.HUMAN36M


def test_the_folder_may_be_that_of_the_images_itself(folder):
    assert len(_source(folder / "human_images").clips["test"]) == 6


def test_the_background_is_black_or_kept(folder):
    for mask, level in ((True, 0), (False, 200)):
        source = _source(folder, mask=mask)
        first, second = _frames(source, "train", f"S1/{_NAME}")
        assert [first.number, second.number] == [1, 2]  # of 4
        assert first.box == (0, 0, 32, 32)
        assert first.keypoints is None
        assert np.abs(first.image[:16].astype(int) - level).max() <= 1
        assert np.abs(first.image[16:].astype(int) - 200).max() <= 1


def test_without_masks_their_folder_may_be_missing(folder):
    for path in (folder / "human_images").glob("*/BackgroudMask"):
        shutil.rmtree(path)
    assert _frames(_source(folder, mask=False), "train", f"S1/{_NAME}")
    with pytest.raises(errors.UserError, match="S1/BackgroudMask: no such"):
        _source(folder)


def test_labels_are_shares_of_the_image_from_its_edge(folder):
    frames = _frames(_source(folder), "test", f"S11/{_NAME}")
    assert [frame.number for frame in frames] == [1, 2, 3, 4]
    # Columns 0.25 to 0.75 of 32 pixels, row 0.2; 0 is half a pixel before the
    # centre of the first.
    np.testing.assert_allclose(frames[1].keypoints[0], [7.5, 5.9])
    np.testing.assert_allclose(frames[1].keypoints[31], [23.5, 5.9])
    np.testing.assert_array_equal(frames[1].visibility, np.full(32, 2))


def test_poses_are_the_second_half_and_agree_with_labels(folder):
    skeleton, poses = _prior(folder)
    assert skeleton == skeletons.HUMAN36M
    assert poses.keypoints.shape == (36 * 2, 32, 2)
    # Frame 3: column 0.25 and row 0.3 of crops of 16 pixels are pixels 3.5
    # and 4.3; -1 and 1 are the centres of pixels 0 and 15.
    np.testing.assert_allclose(
        poses.keypoints[0, 0], [2 * 3.5 / 15 - 1, 2 * 4.3 / 15 - 1], atol=1e-6
    )
    np.testing.assert_array_equal(poses.boxes[0], [0, 0, 1, 1])


def test_landmarks_outside_the_image_are_labelled_but_not_visible(folder):
    points = made_human36m.simple_landmarks(1)
    points[3] = [1.01, 0.5]
    points[4] = [0.5, -0.01]
    for subject in ("S1", "S11"):
        scipy.io.savemat(
            _file(folder, "Landmarks", "4.mat", subject),
            {"keypoints_2d": points},
        )
    frames = _frames(_source(folder), "test", f"S11/{_NAME}")
    expected = np.full(32, 2)
    expected[[3, 4]] = 1
    np.testing.assert_array_equal(frames[3].visibility, expected)
    assert _prior(folder)[1].left_out == 0  # that is near enough for a pose


def test_poses_far_outside_are_left_out_and_counted(folder):
    scipy.io.savemat(
        _file(folder, "Landmarks", "4.mat"),
        {"keypoints_2d": 2 + made_human36m.simple_landmarks(1)},
    )
    _, poses = _prior(folder)
    assert (poses.left_out, len(poses.keypoints)) == (1, 71)
    assert poses.first_left_out == str(_file(folder, "Landmarks", "4.mat"))


def test_one_joint_that_is_missing_is_refused_and_named(folder):
    points = made_human36m.simple_landmarks(1)
    points[3] = [0.5, np.nan]
    message = r"4\.mat: right_ankle is in row 0\.5 and column nan"
    for subject in ("S1", "S11"):
        path = _file(folder, "Landmarks", "4.mat", subject)
        scipy.io.savemat(path, {"keypoints_2d": points})
    with pytest.raises(images.BadFile, match=message):
        _frames(_source(folder), "test", f"S11/{_NAME}")
    with pytest.raises(errors.UserError, match=f"{message}.*--skip_bad"):
        _prior(folder)
    _, poses = _prior(folder, skip=True)
    assert (poses.left_out, len(poses.keypoints)) == (0, 71)


@pytest.mark.parametrize(
    "removed, message",
    [
        ("human_images", "S1/WithBackground: no such folder"),
        ("human_images/S6", "S6/WithBackground: no such folder"),
        ("human_images/S11/Landmarks", "S11/Landmarks: no such folder"),
        (
            f"human_images/S5/WithBackground/Posing.{made_human36m.CAMERA}",
            "S5/WithBackground: no sequence of posing",
        ),
    ],
)
def test_what_is_missing_is_named(folder, removed, message):
    shutil.rmtree(folder / removed)
    with pytest.raises(errors.UserError, match=message) as caught:
        _source(folder)
    assert "\n" not in str(caught.value)


def test_frames_that_lack_a_file_are_refused(folder):
    _file(folder, "Landmarks", "2.mat").unlink()
    with pytest.raises(
        errors.UserError, match="4 frames in WithBackground and 3 in Landmarks"
    ):
        _source(folder)
    assert len(_source(folder, skip=True).clips["train"]) == 35


@pytest.mark.parametrize(
    "kind", ["WithBackground", "BackgroudMask", "Landmarks"]
)
@pytest.mark.parametrize("subject", ["S1", "S11"])
def test_a_sequence_that_lacks_one_kind_is_named(folder, kind, subject):
    name = f"Walking 1.{made_human36m.CAMERA}"
    made_human36m.write_simple_frame(folder, subject, name, 1)
    shutil.rmtree(folder / "human_images" / subject / kind / name)
    with pytest.raises(
        errors.UserError, match=rf"{subject}: {name} has .*\b0 .*in {kind}"
    ):
        _source(folder)
    bad_files = clips.BadFiles(skip=True)
    simple_h36m.source(str(folder), bad_files)
    assert len(bad_files.messages) == 1


@pytest.mark.parametrize("name", ["one", "0005"])
def test_a_frame_is_named_by_its_number(folder, name):
    shutil.copy(
        _file(folder, "WithBackground", "1.jpg"),
        _file(folder, "WithBackground", f"{name}.jpg"),
    )
    with pytest.raises(errors.UserError, match=rf"{name}\.jpg: a frame's file"):
        _source(folder)


def _assert_first_frame_is_refused(folder, message, split="train"):
    subject = "S1" if split == "train" else "S11"
    with pytest.raises(images.BadFile, match=message) as caught:
        _frames(_source(folder), split, f"{subject}/{_NAME}")
    assert "\n" not in str(caught.value)


def test_files_of_the_wrong_kind_are_named(folder):
    _file(folder, "BackgroudMask", "1.png").write_bytes(b"no image")
    _assert_first_frame_is_refused(folder, r"1\.png: cannot be read as an")
    Image.new("L", (9, 9)).save(_file(folder, "BackgroudMask", "1.png"))
    _assert_first_frame_is_refused(folder, r"1\.png: is 9x9 .* image 32x32")
    ones = np.ones([made_human36m.SIMPLE_SIDE] * 2, np.uint8)
    Image.fromarray(ones).save(_file(folder, "BackgroudMask", "1.png"))
    _assert_first_frame_is_refused(
        folder, r"1\.png: its brightest pixel is 1, .* --nomask"
    )
    Image.new("RGB", (9, 8)).save(_file(folder, "WithBackground", "1.jpg"))
    _assert_first_frame_is_refused(folder, r"1\.jpg: is 9x8 .* are square")
    path = _file(folder, "Landmarks", "1.mat", "S11")
    path.write_bytes(b"no landmarks" * 99)
    _assert_first_frame_is_refused(
        folder, r"1\.mat: cannot be read as a MATLAB", "test"
    )
    scipy.io.savemat(path, {"keypoints_2d": np.zeros([17, 2])})
    _assert_first_frame_is_refused(
        folder, r"keypoints_2d is 17x2, not 32x2", "test"
    )
    scipy.io.savemat(path, {"keypoints_2d": np.full([32, 2], "a")})
    _assert_first_frame_is_refused(folder, "does not hold numbers", "test")
    scipy.io.savemat(path, {"keypoints_2d": np.full([32, 2], 16.0)})
    _assert_first_frame_is_refused(
        folder, r"1\.mat: none of the landmarks of frame 1 lies in", "test"
    )
    points = made_human36m.simple_landmarks(1)
    points[3] = [50, 0.5]  # row, column: of 32 pixels, 1600 and 16
    scipy.io.savemat(path, {"keypoints_2d": points})
    _assert_first_frame_is_refused(
        folder,
        r"1\.mat: right_ankle of frame 1 is at \(16, 1600\), more than",
        "test",
    )
    scipy.io.savemat(path, {"keypoints": np.zeros([32, 2])})
    _assert_first_frame_is_refused(folder, "no variable keypoints_2d", "test")
