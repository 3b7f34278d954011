import h5py
import numpy as np
import pytest
import scipy.io

from tests.data.sources import made_human36m
from tf_landmarks.data import images
from tf_landmarks.data.sources import human36m_files

_WRITERS = [made_human36m.write_masks, made_human36m.write_old_masks]


def test_positions_return(tmp_path):
    path = tmp_path / "a.cdf"
    positions = np.random.default_rng(0).uniform(0, 999, (5, 32, 2))
    made_human36m.write_cdf(path, positions)
    read = human36m_files.read_positions(path)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, positions, rtol=1e-6)


def _assert_refused(path, message, read=human36m_files.read_positions):
    with pytest.raises(images.BadFile, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_positions_of_another_kind_are_refused(tmp_path):
    path = tmp_path / "a.cdf"
    made_human36m.write_cdf(path, np.zeros([5, 32, 3]))
    _assert_refused(path, r"Pose is \[1, 5, 96\] instead of \[1, frames, 64\]")
    made_human36m.write_cdf(path, np.zeros([5, 32, 2]), name="Angles")
    _assert_refused(path, "CDF file with the variable Pose .*'Pose' not found")


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_a_joint_that_is_missing_is_named(tmp_path, value):
    positions = made_human36m.poses(5)
    positions[3, 2] = [value, 10]
    made_human36m.write_cdf(tmp_path / "a.cdf", positions)
    _assert_refused(
        tmp_path / "a.cdf",
        rf"right_knee of frame 3 \(from 0\) is at \({value}, 10\)",
    )


@pytest.mark.parametrize("content", [b"", b"no CDF\n" * 99])
def test_what_is_no_cdf_is_named(tmp_path, content):
    path = tmp_path / "a.cdf"
    path.write_bytes(content)
    _assert_refused(path, "cannot be read as a CDF file")


def test_a_cut_cdf_is_refused_wherever_it_is_cut(tmp_path):
    whole, cut = tmp_path / "whole.cdf", tmp_path / "cut.cdf"
    made_human36m.write_cdf(whole, made_human36m.poses(9))
    content = whole.read_bytes()
    for size in range(0, len(content) - 60, 40):  # the end is not needed
        cut.write_bytes(content[:size])
        _assert_refused(cut, "cannot be read as a CDF file")


@pytest.mark.parametrize("write", _WRITERS)
def test_a_box_is_where_its_mask_is_one(tmp_path, write):
    path = tmp_path / "a.mat"
    write(path, made_human36m.masks(5))
    boxes = human36m_files.read_boxes(path, range(1, 4), 5)
    assert boxes.dtype == np.float32
    np.testing.assert_array_equal(
        boxes, [[21, 8, 16, 32], [22, 8, 16, 32], [23, 8, 16, 32]]
    )
    assert human36m_files.read_boxes(path, range(0), 5).shape == (0, 4)


@pytest.mark.parametrize("write", _WRITERS)
def test_a_box_may_fill_the_image_or_be_one_pixel(tmp_path, write):
    masks = np.zeros([2, 6, 9], np.uint8)
    masks[0] = 1
    masks[1, 5, 8] = 1
    write(tmp_path / "a.mat", masks)
    boxes = human36m_files.read_boxes(tmp_path / "a.mat", range(2), 2)
    np.testing.assert_array_equal(boxes, [[0, 0, 9, 6], [8, 5, 1, 1]])


@pytest.mark.parametrize("write", _WRITERS)
def test_frames_without_a_box_are_refused(tmp_path, write):
    path = tmp_path / "a.mat"
    masks = made_human36m.masks(4)
    masks[2] = 0
    write(path, masks)

    def read(wanted, count=4):
        return lambda path: human36m_files.read_boxes(path, wanted, count)

    _assert_refused(path, r"frame 2 \(from 0\) is empty", read(range(4)))
    assert len(human36m_files.read_boxes(path, range(2), 4)) == 2
    _assert_refused(
        path, "boxes of 4 frames, .* positions of 5", read(range(2), 5)
    )


@pytest.mark.parametrize("write", _WRITERS)
def test_boxes_are_counted_without_reading_a_mask(tmp_path, write):
    path = tmp_path / "a.mat"
    write(path, np.zeros([4, 6, 9], np.uint8))  # all empty
    for count in (0, 3, 4):
        assert human36m_files.count_boxes(path, count) == 4
    _assert_refused(
        path,
        "boxes of 4 frames, .* positions of 5",
        lambda path: human36m_files.count_boxes(path, 5),
    )


@pytest.mark.parametrize(
    "read",
    [
        lambda path: human36m_files.read_boxes(path, range(1), 1),
        lambda path: human36m_files.count_boxes(path, 1),
    ],
)
def test_what_holds_no_masks_is_named(tmp_path, read):
    path = tmp_path / "a.mat"
    _assert_refused(path, "no such file", read)
    path.write_bytes(b"text" * 99)
    _assert_refused(path, "cannot be read as a MATLAB file", read)
    scipy.io.savemat(path, {"Boxes": np.zeros([1, 4])})
    _assert_refused(path, "has no variable Masks", read)
    with h5py.File(path, "w") as file:
        file["Masks"] = np.zeros([1, 4])
    _assert_refused(path, "cells Masks", read)
    with h5py.File(path, "w") as file:
        file["Boxes"] = np.zeros([1, 4])
    _assert_refused(path, "cells Masks", read)
    made_human36m.write_masks(path, made_human36m.masks(4))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    _assert_refused(path, "cannot be read as a MATLAB", read)
