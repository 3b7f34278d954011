import pathlib

import numpy as np
import pytest
from PIL import Image

from tests.data import made_files
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images


def test_finds_videos_and_folders_in_order(tmp_path):
    made_files.write_images(tmp_path / "b", 2)
    for name in ("c.mp4", "a.MOV", "notes.txt", ".hidden.mp4"):
        (tmp_path / name).touch()
    names = [path.name for path in clips.find(str(tmp_path), "frames")]
    assert names == ["a.MOV", "b", "c.mp4"]


def test_missing_folder_is_named_with_its_flag(tmp_path):
    with pytest.raises(errors.UserError, match=r"--frames=.*no such folder"):
        clips.find(str(tmp_path / "nowhere"), "frames")


def test_folder_without_clips_is_named_with_what_to_put_there(tmp_path):
    Image.fromarray(made_files.frame(0)).save(tmp_path / "0.png")
    with pytest.raises(errors.UserError, match="no clips; put video files"):
        clips.find(str(tmp_path), "frames")


def test_frames_of_a_folder_come_in_the_order_of_their_numbers(tmp_path):
    made_files.write_images(tmp_path / "clip", 12)
    (tmp_path / "clip" / "notes.txt").touch()
    frames = list(clips.read(tmp_path / "clip", clips.BadFiles(False)))
    assert [name for _, name, _ in frames] == [f"{i}.png" for i in range(12)]
    assert [number for number, _, _ in frames] == list(range(12))
    for number, _, image in frames:
        np.testing.assert_array_equal(image, made_files.frame(number))


def test_numbers_count_before_they_are_compared_as_text(tmp_path):
    names = ["b_1.png", "a_2_9.png", "a_10_1.png", "a_2_10.png"]
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in clips.image_files(tmp_path)] == [
        "a_2_9.png",
        "a_2_10.png",
        "a_10_1.png",
        "b_1.png",
    ]


def test_a_bad_image_is_skipped_alone_and_keeps_the_others_numbers(tmp_path):
    made_files.write_images(tmp_path / "clip", 3)
    (tmp_path / "clip" / "1.png").write_bytes(b"no image")
    bad_files = clips.BadFiles(skip=True)
    frames = list(clips.read(tmp_path / "clip", bad_files))
    assert [number for number, _, _ in frames] == [0, 2]
    (message,) = bad_files.messages
    assert "1.png: cannot be read" in message
    with pytest.raises(errors.UserError, match=r"1\.png.*--skip_bad"):
        list(clips.read(tmp_path / "clip", clips.BadFiles(skip=False)))


def test_a_bad_video_is_named(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(images.BadFile, match=r"a\.mp4: cannot be read"):
        list(clips.read(tmp_path / "a.mp4", clips.BadFiles(skip=True)))


def test_landmarks_are_visible_inside_of_the_image_only():
    image = np.zeros([20, 30, 3], np.uint8)
    frame = clips.Frame(0, image, (0.0, -5.0, 30.0, 30.0))
    # Pixel edges are half a pixel before and after the centres.
    points = [[-0.5, -0.5], [29.5, 19.5], [-0.6, 0], [0, 19.6]]
    labelled = _label(frame, points)
    np.testing.assert_array_equal(labelled.visibility, [2, 2, 1, 1])
    np.testing.assert_array_equal(labelled.keypoints, points)
    assert labelled.image is image
    with pytest.raises(
        images.BadFile, match=r"a\.mat: none of the .* frame 0 .* 30x20 pixels"
    ):
        _label(frame, points[2:])


def _label(frame, points):
    skeleton = skeletons.Skeleton("doll", ("nose", "hand"), ((0, 1),))
    return clips.label(frame, np.array(points), skeleton, pathlib.Path("a.mat"))


# A crop from 10 to 20 ends 10 pixels, its side, before 0 and after 30. The
# first pixel's centre is half a pixel behind its edge.
@pytest.mark.parametrize("near", [[-0.5, 15], [29.5, 15], [15, 29.5]])
def test_a_landmark_may_be_a_crops_side_outside_of_its_crop(near):
    frame = clips.Frame(4, np.zeros([30, 30, 3], np.uint8), (10, 10, 10, 10))
    labelled = _label(frame, [[15, 15], near])
    np.testing.assert_array_equal(labelled.keypoints[1], near)


@pytest.mark.parametrize(
    "far", [[-0.6, 15], [29.6, 15], [15, 29.6], [99999, 20], [np.nan, 15]]
)
def test_a_landmark_further_outside_is_refused_and_named(far):
    frame = clips.Frame(4, np.zeros([30, 30, 3], np.uint8), (10, 10, 10, 10))
    with pytest.raises(
        images.BadFile,
        match=rf"a\.mat: hand of frame 4 is at \({far[0]:.0f}, {far[1]:.0f}\), "
        r".* crop, 10 pixels at \(10, 10\)",
    ):
        _label(frame, [[15, 15], far])


def test_a_file_that_was_reported_twice_is_told_once():
    bad_files = clips.BadFiles(skip=True)
    for message in ("a: cut", "b: cut", "a: cut"):
        bad_files.report(images.BadFile(message))
    assert bad_files.messages == ["a: cut", "b: cut"]
