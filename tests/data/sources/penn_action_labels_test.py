import shutil

import numpy as np
import pytest
from PIL import Image

from tests.data.sources import penn_action_files
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data.sources import penn_action_labels


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "Penn_Action"
    penn_action_files.write(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "Penn_Action")


def _rewrite(folder, name="0002", count=2, **changes):
    shutil.rmtree(folder / "frames" / name)
    changes = {"action": "baseball_pitch", "train": 1, **changes}
    penn_action_files.write_video(folder, name, count=count, **changes)


def _read(folder, skip=False):
    return penn_action_labels.read(str(folder), clips.BadFiles(skip))


def _video(folder, name="0002"):
    by_name = {v.name.split("/")[1]: v for v in _read(folder)}
    return by_name[name]


def test_videos_are_named_by_action_and_number(whole):
    videos = _read(whole)
    assert len(videos) == 60
    assert videos[0].name == "baseball_pitch/0001"
    assert videos[-1].name == "tennis_serve/0060"
    assert [v.is_test for v in videos[:4]] == [False, False, False, True]
    assert videos[0].size == (64, 48)


def test_the_first_pixel_of_matlab_is_pixel_0(whole):
    video = _video(whole)
    np.testing.assert_array_equal(video.keypoints[0, 0], [19, 9])
    np.testing.assert_array_equal(video.keypoints[1, 12], [31, 22])
    assert video.keypoints.shape == (2, 13, 2)


def test_boxes_are_squares_about_the_centre_of_inclusive_pixels(whole):
    # Columns 11 to 40 are 30 pixels of edges 10 and 40, rows 1 to 40 are 40.
    np.testing.assert_array_equal(_video(whole).boxes[0], [5, 0, 40, 40])


def test_a_frame_without_a_box_has_that_of_the_nearest_frame(folder):
    box = [11.0, 1.0, 40.0, 40.0]
    moved = [21.0, 1.0, 50.0, 40.0]
    nothing = [0.0] * 4
    boxes = [nothing, box, [np.nan] * 4, [30.0, 30.0, 30.0, 40.0], moved]
    _rewrite(folder, count=6, bbox=np.array(boxes))  # the sixth has no row
    np.testing.assert_array_equal(
        _video(folder).boxes[:, 0], [5, 5, 5, 15, 15, 15]
    )


def test_rows_of_boxes_that_are_too_many_are_of_no_frame(folder):
    boxes = np.array([[11.0, 1, 40, 40]] * 2 + [[21.0, 1, 50, 40]])
    _rewrite(folder, bbox=boxes)
    np.testing.assert_array_equal(_video(folder).boxes[:, 0], [5, 5])


def test_joints_that_are_not_visible_may_lie_anywhere(folder):
    visibility = np.ones((2, 13), bool)
    visibility[1, 4] = False
    x = np.full((2, 13), 20.0)
    x[1, 4] = -900
    _rewrite(folder, x=x, visibility=visibility)
    assert _video(folder).visible.sum() == 25


def test_a_joint_may_be_clicked_a_little_beside_the_image(folder):
    x = np.full((2, 13), 20.0)
    x[0, 3] = 64 + 6
    _rewrite(folder, x=x)
    assert _video(folder).keypoints[0, 3, 0] == 69


_OUTSIDE = np.full((2, 13), 20.0)
_OUTSIDE[1, 3] = 600


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": None}, r"0002\.mat: .*variable x"),
        ({"x": np.ones((2, 14))}, r"0002\.mat: x is 2x14, not Nx13"),
        ({"y": np.ones((3, 13))}, r"0002\.mat: y is 3x13, not 2x13"),
        ({"visibility": np.ones((2, 1))}, "visibility is 2x1, not 2x13"),
        ({"nframes": 3}, "nframes is not 2, the rows of x"),
        ({"action": "bowling"}, "the action 'bowling' is none of Penn"),
        ({"action": 7}, "action is not a text"),
        ({"bbox": np.zeros((2, 4))}, "bbox has no box with a width"),
        ({"bbox": np.zeros((2, 3))}, "bbox is 2x3, not Nx4"),
        ({"bbox": np.full((2, 4), np.inf)}, "bbox has no box with a width"),
        (
            {"dimensions": np.array([[np.nan, 64, 2]])},
            r"0002\.mat: dimensions are nan by 64 pixels",
        ),
        ({"train": 0}, r"0002\.mat: train is 0, neither 1 nor -1"),
        ({"train": np.nan}, r"train is nan, neither"),
        (
            {"x": _OUTSIDE},
            r"0002\.mat: left_elbow of frame 2 is visible at \(599, .* 64x48",
        ),
        ({"x": np.full((2, 13), np.nan)}, r"head of frame 1 is visible at"),
    ],
)
def test_labels_that_are_wrong_are_named_or_skipped(folder, changes, message):
    _rewrite(folder, **changes)
    with pytest.raises(errors.UserError, match=message):
        _read(folder)
    assert len(_read(folder, skip=True)) == 59


def test_counts_of_frames_and_labels_that_differ_are_named(folder):
    (folder / "frames" / "0002" / "000002.jpg").unlink()
    with pytest.raises(
        errors.UserError, match=r"frames/0002: has 1 frames, .*\.mat is for 2"
    ):
        _read(folder)


def test_files_of_the_wrong_kind_among_the_frames_do_not_count(folder):
    (folder / "frames" / "0002" / "000002.jpg").rename(
        folder / "frames" / "0002" / "000002.txt"
    )
    with pytest.raises(errors.UserError, match="frames/0002: has 1 frames"):
        _read(folder)


def test_a_label_that_is_no_matlab_file_is_named(folder):
    Image.new("RGB", (8, 8)).save(folder / "labels" / "0002.mat", "JPEG")
    with pytest.raises(
        errors.UserError, match=r"0002\.mat: cannot be read as a MATLAB"
    ):
        _read(folder)


def test_frames_without_labels_and_labels_without_frames_are_named(folder):
    (folder / "labels" / "0002.mat").unlink()
    with pytest.raises(errors.UserError, match=r"0002\.mat: no such file"):
        _read(folder)
    shutil.rmtree(folder / "frames" / "0003")
    (folder / "frames" / "0002").rename(folder / "0002")
    with pytest.raises(errors.UserError, match="frames/0003: no such folder"):
        _read(folder)


def test_an_action_that_is_absent_is_named(folder):
    for path in (folder / "labels").glob("000*.mat"):
        path.unlink()
        shutil.rmtree(folder / "frames" / path.stem)
    with pytest.raises(
        errors.UserError,
        match="labels: no training video of the action baseball_pitch",
    ):
        _read(folder)


@pytest.mark.parametrize("part", ["frames", "labels"])
def test_another_folder_is_named(folder, part):
    (folder / part).rename(folder / "misspelt")
    with pytest.raises(
        errors.UserError, match=f"Penn_Action/{part}: no such folder; --source"
    ):
        _read(folder)
