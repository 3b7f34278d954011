import numpy as np
import pytest

from tests import tiny_runs
from tests.data import made_files
from tf_landmarks import errors
from tf_landmarks.exporting import sample_frames


def test_a_video_gives_frames_from_its_first_to_its_last(tmp_path):
    made_files.write_video(tmp_path / "a.mp4", 70)
    frames = sample_frames.of_video(tmp_path / "a.mp4")
    assert len(frames) == sample_frames.COUNT
    for found, number in ((frames[0], 0), (frames[-1], 69)):
        difference = found.astype(float) - made_files.frame(number)
        assert np.abs(difference).mean() < 8  # of grey levels: compression


def test_images_keep_their_sizes_and_order(tmp_path):
    made_files.write_images(tmp_path, 3)
    paths = sorted(tmp_path.glob("*.*"))
    frames = sample_frames.of_images(paths)
    assert [frame.shape for frame in frames] == [(48, 64, 3)] * 3
    many = sample_frames.of_images(paths * 40)
    assert len(many) == sample_frames.COUNT
    np.testing.assert_array_equal(many[-1], frames[-1])


def test_a_runs_frames_are_those_of_its_test_split(tmp_path):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    workdir = tiny_runs.make_run(tmp_path / "run", data_dir)
    frames = sample_frames.of_run(workdir)
    assert len(frames) == 8
    assert {frame.shape for frame in frames} == {(32, 32, 3)}
    assert {frame.dtype for frame in frames} == {np.dtype(np.uint8)}


def test_data_that_are_gone_are_told_in_a_sentence(tmp_path):
    workdir = tiny_runs.make_run(tmp_path / "run", "gone")
    with pytest.raises(errors.UserError, match="give --images or --video"):
        sample_frames.of_run(workdir)


def test_a_folder_without_a_run_is_told_as_such(tmp_path):
    with pytest.raises(errors.UserError, match="there is no run in this"):
        sample_frames.of_run(str(tmp_path))
