import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.figures import frames


def _split(folder, name="test", labels="labels"):
    data_dir = tiny_runs.make_data(folder / "data", labels)
    info = records.read_info(data_dir)
    return frames.Split(data_dir, info, name), data_dir, info


def test_frames_are_read_in_the_order_asked_for(tmp_path):
    split, data_dir, info = _split(tmp_path)
    (batch,) = pipelines.evaluation_frames(data_dir, info, "test", 32)
    read = split.read([6, 1, 6])
    for frame, number in zip(read, (6, 1, 6), strict=True):
        np.testing.assert_array_equal(frame.x, batch["x"][number])
        np.testing.assert_array_equal(frame.truth, batch["p"][number])
    assert [frame.name for frame in read] == [
        "b, frame 2",
        "a, frame 1",
        "b, frame 2",
    ]


def test_a_frame_is_wholly_labelled_if_each_landmark_is(tmp_path):
    split, *_ = _split(tmp_path)
    # The first frame lacks a landmark, the last all, see `tiny_runs`.
    wholly = [frame.is_wholly_labelled for frame in split.read(range(4))]
    assert wholly == [False, True, True, False]


def test_a_split_without_labels_has_no_truth(tmp_path):
    split, *_ = _split(tmp_path, labels=None)
    (frame,) = split.read([0])
    assert split.labels is None
    assert frame.truth is None
    assert not frame.is_wholly_labelled


def test_frames_are_drawn_once_each_and_by_the_seed(tmp_path):
    split, *_ = _split(tmp_path)
    drawn = split.draw(5, seed=3)
    assert len(set(drawn)) == 5
    np.testing.assert_array_equal(drawn, split.draw(5, seed=3))
    assert sorted(split.draw(99, seed=0)) == list(range(8))
    assert any((split.draw(5, seed) != drawn).any() for seed in (4, 5))


def test_frames_are_spread_evenly(tmp_path):
    split, *_ = _split(tmp_path)
    assert list(split.spread(4)) == [0, 2, 4, 6]
    assert list(split.spread(99)) == list(range(8))


def test_a_partner_is_another_frame_of_the_same_clip(tmp_path):
    split, *_ = _split(tmp_path)
    for seed in range(5):
        partners = split.draw_partners(range(8), seed)
        for number, partner in enumerate(partners):
            assert partner != number
            assert partner // 4 == number // 4  # a clip has four frames


def test_a_split_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(errors.UserError, match="no split 'train2'"):
        _split(tmp_path, "train2")


def test_a_damaged_file_is_named(tmp_path):
    split, _, info = _split(tmp_path)
    path = tmp_path / "data" / info.splits["test"].clip_shards[0].file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(errors.UserError, match=f"{path}: damaged"):
        split.read([7])
