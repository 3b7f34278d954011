import numpy as np

from tests import tiny_runs
from tf_landmarks import overlay
from tf_landmarks.data import preview
from tf_landmarks.data import records


def _render(tmp_path, labels):
    data_dir = tiny_runs.make_data(tmp_path / "data", labels)
    info = records.read_info(data_dir)
    return np.asarray(preview.render(data_dir, info))


def _has(cell, colour):
    return (cell == overlay.COLOURS[colour]).all(axis=-1).any()


def test_frames_labels_and_poses_are_shown(tmp_path):
    picture = _render(tmp_path, "labels")
    assert picture.shape == (6 * 160, 8 * 160, 3)
    frames, labelled, poses = np.split(picture, 3)
    for colour in ("left", "right"):
        assert not _has(frames, colour)
        assert _has(labelled[:160, 160:320], colour)
        assert _has(poses, colour)
    # Eight test frames: the second row is empty.
    assert labelled[:160].any() and not labelled[160:].any()


def test_without_labels_there_are_frames_and_poses(tmp_path):
    assert _render(tmp_path, None).shape == (4 * 160, 8 * 160, 3)


def test_without_training_frames_there_are_labelled_frames(tmp_path):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    info = records.read_info(data_dir)
    info = info._replace(splits={"test": info.splits["test"]})
    picture = np.asarray(preview.render(data_dir, info))
    assert picture.shape == (2 * 160, 8 * 160, 3)
    assert _has(picture[:160, 160:320], "left")
