import pathlib
import re
import shutil

import numpy as np
import pytest

from tests.data import made_files
from tests.data.sources import made_human36m
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import videos
from tf_landmarks.data.sources import h36m

_NAME = f"Directions 1.{made_human36m.CAMERA}"
_SIZE = 32


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All subjects and activities; not to be changed."""
    folder = tmp_path_factory.mktemp("h36m")
    made_human36m.write(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    """The same, to be changed."""
    shutil.copytree(whole, tmp_path / "h36m")
    return tmp_path / "h36m"


def _source(folder, skip=False):
    return h36m.source(str(folder), clips.BadFiles(skip))


def _prior(folder, skip=False):
    return h36m.prior(str(folder), _SIZE, clips.BadFiles(skip))


def _clip(source, split, name):
    (clip,) = (clip for clip in source.clips[split] if clip.name == name)
    return clip


def _files(folder, name):
    """The video, the positions and the boxes of S1/Directions 1...."""
    subject, stem = name.split("/")
    return (
        folder / subject / "Videos" / f"{stem}.mp4",
        folder / subject / "MyPoseFeatures/D2_Positions" / f"{stem}.cdf",
        folder / subject / "MySegmentsMat/ground_truth_bb" / f"{stem}.mat",
    )


def _shown(frames):
    """Of each frame, which of the made ones it shows."""
    made = [made_files.frame(number) for number in range(made_human36m.FRAMES)]
    return [
        np.argmin([np.abs(frame.image - m.astype(int)).mean() for m in made])
        for frame in frames
    ]


def test_subjects_are_split_as_in_the_paper(whole):
    source = _source(whole)
    subjects = {
        split: {clip.name.partition("/")[0] for clip in found}
        for split, found in source.clips.items()
    }
    assert subjects == {
        "train": {"S1", "S5", "S6", "S7", "S8"},
        "test": {"S9", "S11"},
    }
    assert len(source.clips["train"]) == 5 * 15  # and none of _ALL
    assert source.skeleton == skeletons.HUMAN36M
    assert source.labels == "labels"
    assert source.poses == {}


def test_training_frames_are_the_first_half_in_square_crops(whole):
    clip = _clip(_source(whole), "train", f"S1/{_NAME}")
    frames = list(clip.frames())
    assert [frame.number for frame in frames] == [0, 1, 2]
    assert clip.length == 3
    # 16 x 32 at (20 + number, 8), grown to 32 x 32 about its centre.
    assert [frame.box for frame in frames] == [
        (12, 8, 32, 32),
        (13, 8, 32, 32),
        (14, 8, 32, 32),
    ]
    for number, frame in enumerate(frames):
        assert frame.keypoints is None and frame.visibility is None
        difference = frame.image.astype(int) - made_files.frame(number)
        assert np.abs(difference).mean() < 8  # it was compressed
    assert _shown(frames) == [0, 1, 2]


def test_all_test_frames_are_labelled(whole):
    frames = list(_clip(_source(whole), "test", f"S11/{_NAME}").frames())
    assert [frame.number for frame in frames] == list(range(7))
    assert _shown(frames[:4]) == [0, 1, 2, 3]  # compression blurs later ones
    for number, frame in enumerate(frames):
        np.testing.assert_allclose(
            frame.keypoints, made_human36m.pose(number), rtol=1e-6
        )
        np.testing.assert_array_equal(frame.visibility, np.full(32, 2))


def test_training_images_may_be_labelled_where_all_joints_are_inside(folder):
    positions = made_human36m.poses(7)
    positions[1, 4] = [-0.6, 10]
    made_human36m.write_cdf(_files(folder, f"S1/{_NAME}")[1], positions)
    bad_files = clips.BadFiles(skip=False)
    assert "labelled" not in h36m.source(str(folder), bad_files).clips
    source = h36m.source(str(folder), bad_files, labelled=True)
    clip = _clip(source, "labelled", f"S1/{_NAME}")
    frames = list(clip.frames())
    assert [frame.number for frame in frames] == [0, 2]
    assert _shown(frames) == [0, 2]
    np.testing.assert_allclose(
        frames[1].keypoints, made_human36m.pose(2), rtol=1e-6
    )


def test_poses_are_the_second_half_normalised_by_their_own_boxes(whole):
    skeleton, poses = _prior(whole)
    assert skeleton == skeletons.HUMAN36M
    assert poses.keypoints.shape == (5 * 15 * 4, 32, 2)
    assert poses.keypoints.dtype == poses.boxes.dtype == np.float32
    np.testing.assert_array_equal(
        poses.boxes[:4], [made_human36m.box(number) for number in (3, 4, 5, 6)]
    )
    # The first joint is in pixel (8, 0) of the crop, the last in (23, 31).
    np.testing.assert_allclose(
        poses.keypoints[:, [0, -1]],
        np.tile([[16 / 31 - 1, -1], [46 / 31 - 1, 1]], (300, 1, 1)),
        atol=1e-5,
    )
    assert poses.left_out == 0


def test_landmarks_outside_the_image_are_labelled_but_not_visible(folder):
    positions = made_human36m.poses(7)
    positions[2, 4] = [-0.6, 10]
    positions[2, 5] = [63.5, 10]  # on the right edge
    positions[2, 6] = [10, 47.6]
    made_human36m.write_cdf(_files(folder, f"S9/{_NAME}")[1], positions)
    frames = list(_clip(_source(folder), "test", f"S9/{_NAME}").frames())
    expected = np.full(32, 2)
    expected[[4, 6]] = 1
    np.testing.assert_array_equal(frames[2].visibility, expected)
    np.testing.assert_allclose(frames[2].keypoints[6], [10, 47.6])
    np.testing.assert_array_equal(frames[1].visibility, np.full(32, 2))


def test_a_joint_that_is_nowhere_near_is_refused_and_named(folder):
    positions = made_human36m.poses(7)
    positions[2, 4] = [99999, 20]
    made_human36m.write_cdf(_files(folder, f"S9/{_NAME}")[1], positions)
    clip = _clip(_source(folder), "test", f"S9/{_NAME}")
    with pytest.raises(
        images.BadFile,
        match=r"54138969\.cdf: right_ball of frame 2 is at \(99999, 20\)",
    ):
        list(clip.frames())


def test_poses_far_outside_their_crops_are_left_out_and_counted(folder):
    positions = made_human36m.poses(7)
    # In crops of 32 pixels 1 is the centre of the last one, 31; 1.5 is 38.75.
    positions[3, 9] = [15 + 38.7, 20]
    positions[4, 9] = [16 + 38.8, 20]
    positions[5, 9] = [99999, 20]
    positions[0, 9] = [999, 20]  # of an image
    made_human36m.write_cdf(_files(folder, f"S5/{_NAME}")[1], positions)
    _, poses = _prior(folder)
    assert poses.left_out == 2
    assert (
        poses.first_left_out == f"{_files(folder, f'S5/{_NAME}')[1]}, frame 4"
    )
    assert len(poses.keypoints) == 300 - 2


def test_a_video_may_run_on_when_there_are_no_more_positions(folder):
    video, *_ = _files(folder, f"S1/{_NAME}")
    made_files.write_video(video, 9, made_human36m.HEIGHT, made_human36m.WIDTH)
    frames = list(_clip(_source(folder), "train", f"S1/{_NAME}").frames())
    assert len(frames) == 3  # half of the 7 that have positions


def test_what_is_longer_than_the_positions_is_told_in_a_line(folder, caplog):
    size = made_human36m.HEIGHT, made_human36m.WIDTH
    videos_of = [_files(folder, f"{s}/{_NAME}")[0] for s in ("S1", "S5")]
    made_files.write_video(videos_of[0], 9, *size)
    made_files.write_video(videos_of[1], 8, *size)
    boxes = _files(folder, f"S11/{_NAME}")[2]
    made_human36m.write_masks(boxes, made_human36m.masks(10))
    _source(folder)
    of_videos, of_boxes = caplog.messages
    assert of_videos.startswith("2 .mp4 files are of more frames than there")
    assert f"{videos_of[0]} of 2 more" in of_videos
    assert of_boxes.startswith("1 .mat files") and f"{boxes} of 3" in of_boxes


def test_labelled_frames_that_cannot_be_decoded_are_missed(folder):
    video, positions, boxes = _files(folder, f"S9/{_NAME}")
    made_files.write_video(video, 25, made_human36m.HEIGHT, made_human36m.WIDTH)
    made_human36m.write_cdf(positions, made_human36m.poses(25))
    made_human36m.write_masks(boxes, made_human36m.masks(25))
    _hide_first_frame(video)
    assert len(list(videos.frames(video))) == 24
    clip = _clip(_source(folder), "test", f"S9/{_NAME}")
    with pytest.raises(
        images.BadFile,
        match=r"54138969\.mp4: 24 frames of it can .*\.cdf has .* of 25",
    ):
        list(clip.frames())


def _hide_first_frame(video):
    """By the edit list: version, count, duration, then where it starts."""
    content = video.read_bytes()
    start = content.index(b"elst") + 16
    one = (512).to_bytes(4, "big")  # of 25 frames a second, 12,800 ticks
    video.write_bytes(content[:start] + one + content[start + 4 :])


def test_the_second_half_of_a_training_video_is_not_decoded(folder):
    video, *_ = _files(folder, f"S1/{_NAME}")
    made_files.write_video(video, 90, made_human36m.HEIGHT, made_human36m.WIDTH)
    content = video.read_bytes()
    intact = len(content) * 6 // 10
    video.write_bytes(content[:intact] + bytes(len(content) - intact))
    with pytest.raises(images.BadFile, match="cannot be read as a video"):
        list(videos.frames(video))
    clip = _clip(_source(folder), "train", f"S1/{_NAME}")
    assert len(list(clip.frames())) == 3


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


@pytest.mark.parametrize(
    "removed, message",
    [
        ("S7", r"S7/Videos: no such folder; it must hold .*\.mp4 files"),
        ("S11", "S11/Videos: no such folder"),
        ("S5/MyPoseFeatures", "S5/MyPoseFeatures/D2_Positions: no such folder"),
        ("S9/MySegmentsMat", "S9/MySegmentsMat/ground_truth_bb: no such"),
        (
            f"S8/Videos/Eating 1.{made_human36m.CAMERA}.mp4",
            "no video of eating",
        ),
        (
            f"S8/MyPoseFeatures/D2_Positions/{_NAME}.cdf",
            r"S8/.*Directions 1\.54138969\.cdf: no such file",
        ),
        (
            f"S8/MySegmentsMat/ground_truth_bb/{_NAME}.mat",
            r"S8/.*Directions 1\.54138969\.mat: no such file",
        ),
    ],
)
def test_what_is_missing_is_named(folder, removed, message):
    _remove(folder / removed)
    with pytest.raises(errors.UserError, match=message) as caught:
        _source(folder)
    assert "\n" not in str(caught.value)


def _write_positions_and_boxes(files, positions, boxes):
    made_human36m.write_cdf(files[1], made_human36m.poses(positions))
    made_human36m.write_masks(files[2], made_human36m.masks(boxes))


@pytest.mark.parametrize("subject, split", [("S5", "train"), ("S9", "test")])
@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda files: _remove(files[1]), r"1\.54138969\.cdf: no such file"),
        (lambda files: _remove(files[2]), r"1\.54138969\.mat: no such file"),
        (lambda files: files[1].write_bytes(b"no CDF"), "read as a CDF file"),
        (lambda files: files[2].write_bytes(b"none"), "as a MATLAB file"),
        (
            lambda files: made_human36m.write_cdf(
                files[1], np.full([7, 32, 2], np.nan)
            ),
            r"\.cdf: hip of frame 0 \(from 0\) is at \(nan, nan\)",
        ),
        (
            lambda files: _write_positions_and_boxes(files, 8, 8),
            r"1\.54138969\.mp4: has 7 frames, .* of 8",
        ),
        (
            lambda files: _write_positions_and_boxes(files, 7, 6),
            r"1\.54138969\.mat: has boxes of 6 frames, .* of 7",
        ),
    ],
)
def test_files_that_do_not_go_together_are_found_before_a_frame_is_decoded(
    folder, subject, split, spoil, message
):
    name = f"{subject}/{_NAME}"
    spoil(_files(folder, name))
    with pytest.raises(errors.UserError, match=f"{message}.*--skip_bad"):
        _source(folder)
    bad_files = clips.BadFiles(skip=True)
    source = h36m.source(str(folder), bad_files, labelled=True)
    left = {s: {clip.name for clip in c} for s, c in source.clips.items()}
    assert name not in set.union(*left.values())
    assert len(left[split]) == {"train": 5, "test": 2}[split] * 15 - 1
    assert len(left["labelled"]) == len(left["train"])
    (found,) = bad_files.messages
    assert re.search(message, found)


def test_a_missing_file_is_left_out_of_the_prior_where_it_may_be(folder):
    _remove(_files(folder, f"S1/{_NAME}")[1])
    with pytest.raises(errors.UserError, match=r"no such file.*--skip_bad"):
        _prior(folder)
    bad_files = clips.BadFiles(skip=True)
    h36m.source(str(folder), bad_files)
    _, poses = h36m.prior(str(folder), _SIZE, bad_files)
    assert len(poses.keypoints) == 296
    assert len(bad_files.messages) == 1  # told once


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(errors.UserError, match="nowhere/S1/Videos: no such"):
        _source(tmp_path / "nowhere")


def test_a_misspelt_recording_is_named(folder):
    shutil.copy(
        _files(folder, f"S1/{_NAME}")[0], folder / "S1/Videos/Directons 2.mp4"
    )
    with pytest.raises(errors.UserError, match=r"Directons 2\.mp4: its name"):
        _source(folder)


def test_what_is_no_video_is_named_or_skipped(folder):
    _files(folder, f"S1/{_NAME}")[0].write_bytes(b"no video")
    with pytest.raises(errors.UserError, match="cannot be read as a video"):
        _source(folder)
    assert len(_source(folder, skip=True).clips["train"]) == 74


def test_more_positions_than_frames_are_refused(folder):
    _, positions, boxes = _files(folder, f"S1/{_NAME}")
    made_human36m.write_cdf(positions, made_human36m.poses(8))
    made_human36m.write_masks(boxes, made_human36m.masks(8))
    with pytest.raises(errors.UserError, match=r"has 7 frames, .* of 8"):
        _source(folder)


def test_positions_of_another_video_are_refused(folder):
    positions = _files(folder, f"S1/{_NAME}")[1]
    made_human36m.write_cdf(positions, made_human36m.poses(7) + 5000)
    clip = _clip(_source(folder), "train", f"S1/{_NAME}")
    with pytest.raises(images.BadFile, match=r"\.cdf: none of .* frame 0 lies"):
        list(clip.frames())


def test_boxes_of_another_video_are_refused(folder):
    boxes = _files(folder, f"S1/{_NAME}")[2]
    masks = np.pad(made_human36m.masks(7), ((0, 0), (0, 0), (70, 0)))
    made_human36m.write_masks(boxes, masks)
    clip = _clip(_source(folder), "train", f"S1/{_NAME}")
    with pytest.raises(images.BadFile, match=r"\.mat: the box of .* leaves"):
        list(clip.frames())


def test_fewer_boxes_than_positions_are_refused(folder):
    boxes = _files(folder, f"S1/{_NAME}")[2]
    made_human36m.write_masks(boxes, made_human36m.masks(6))
    with pytest.raises(errors.UserError, match=r"boxes of 6 frames, .* of 7"):
        _source(folder)
    with pytest.raises(errors.UserError, match=r"boxes of 6 .*--skip_bad"):
        _prior(folder)


def test_a_bad_file_is_left_out_of_the_prior_where_it_may_be(folder):
    pathlib.Path(_files(folder, f"S1/{_NAME}")[1]).write_bytes(b"no CDF")
    bad_files = clips.BadFiles(skip=True)
    _, poses = h36m.prior(str(folder), _SIZE, bad_files)
    assert len(poses.keypoints) == 296
    (message,) = bad_files.messages
    assert "cannot be read as a CDF file" in message
