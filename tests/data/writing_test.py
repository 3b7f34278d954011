import glob
import os
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import writing


def _clip(name, length, error=None):
    def frames():
        for number in range(length):
            image = np.full((20, 30, 3), number, np.uint8)
            yield clips.Frame(number, image, (0.0, -5.0, 30.0, 30.0))
        if error:
            raise error

    return clips.Clip(name, frames, length)


def _labelled(clip, keypoints):
    def frames():
        for frame in clip.frames():
            yield frame._replace(
                keypoints=keypoints, visibility=np.full(len(keypoints), 2)
            )

    return clip._replace(frames=frames)


def _source(stride=1, **splits):
    return clips.Source(
        name="made",
        description={},
        skeleton=tiny_runs.SKELETON,
        clips=splits,
        poses={"train": clips.Poses(np.zeros([5, 3, 2]), np.ones([5, 4]))},
        labels="labels",
        stride=stride,
    )


def _write(folder, train_clips, skip=False, **others):
    source = _source(train=train_clips, **others)
    return writing.write(source, str(folder), 16, clips.BadFiles(skip))


def _runs(folder, split="train"):
    """(clip, frame numbers) of the runs in a split."""
    paths = sorted(glob.glob(f"{folder}/clips-{split}-*.tfrecord"))
    for record in tf.data.TFRecordDataset(paths).as_numpy_iterator():
        features = tf.train.Example.FromString(record).features.feature
        yield (
            features["clip_id"].bytes_list.value[0].decode(),
            list(features["frame_numbers"].int64_list.value),
        )


@pytest.mark.parametrize(
    "length, expected",
    [
        (2, [2]),
        (32, [32]),
        (33, [33]),  # not 32 and a frame that has no other
        (34, [32, 2]),
        (65, [32, 33]),
        (70, [32, 32, 6]),
    ],
)
def test_clips_are_cut_into_runs_that_pairs_can_be_drawn_from(
    tmp_path, length, expected
):
    info = _write(tmp_path / "data", [_clip("a", length)]).info
    runs = list(_runs(tmp_path / "data"))
    assert [len(numbers) for _, numbers in runs] == expected
    assert [n for _, numbers in runs for n in numbers] == list(range(length))
    assert info.splits["train"].frames == length
    assert info.splits["train"].records == len(expected)


@pytest.mark.parametrize(
    "length, expected",
    [
        (2, [[0, 1]]),
        (33, [range(33)]),
        (40, [range(0, 40, 2), range(1, 40, 2)]),
        (65, [range(0, 65, 2), range(1, 65, 2)]),
        (70, [range(0, 64, 2), range(1, 64, 2), range(64, 70)]),
    ],
)
def test_runs_with_a_stride_alternate(tmp_path, length, expected):
    info = _write(
        tmp_path / "data",
        [_clip("a", length)],
        test=[_clip("b", 4)],
        stride=2,
    ).info
    runs = [numbers for _, numbers in _runs(tmp_path / "data")]
    assert runs == list(map(list, expected))
    assert info.splits["train"].frames == length
    assert list(_runs(tmp_path / "data", "test")) == [("b", [0, 1, 2, 3])]


def test_training_records_carry_no_labels(tmp_path):
    """The claim of the method, on the bytes that training reads."""
    data = pathlib.Path(tiny_runs.make_data(tmp_path / "data"))
    features = {}
    for split in ("train", "test"):
        paths = sorted(map(str, data.glob(f"clips-{split}-*.tfrecord")))
        features[split] = {
            name
            for record in tf.data.TFRecordDataset(paths).as_numpy_iterator()
            for name in tf.train.Example.FromString(record).features.feature
        }
    assert features["train"] == {"clip_id", "frame_numbers", "frames"}
    assert features["test"] == features["train"] | {
        "keypoints",
        "visibility",
        "box",
    }


def test_labels_of_training_frames_are_not_written(tmp_path):
    _write(tmp_path / "data", [_labelled(_clip("a", 4), np.zeros([3, 2]))])
    (path,) = (tmp_path / "data").glob("clips-train-*.tfrecord")
    (record,) = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    features = tf.train.Example.FromString(record).features.feature
    assert "keypoints" not in features and "visibility" not in features


def test_objects_are_placed_by_the_labels_of_each_split_that_has_any(tmp_path):
    """The crops are of 30 pixels, the labels 10 wide and 20 high."""
    labels = np.array([[4.5, -0.5], [14.5, 19.5], [9.5, 9.5]])
    written = _write(
        tmp_path / "data",
        [_clip("a", 4)],
        labelled=[_labelled(_clip("b", 3), labels)],
        test=[_labelled(_clip("c", 2), labels + np.array([15, 0]))],
    )
    crops = written.crops
    assert {"labels of labelled crops", "labels of test crops"} <= set(crops)
    assert "what moves in labelled crops" not in crops
    np.testing.assert_allclose(
        crops["labels of labelled crops"].mean,
        np.array([10, 15, 10, 20]) / 30 * 100,
        atol=1e-4,
    )
    assert crops["labels of test crops"].mean[0] == pytest.approx(25 / 30 * 100)


def test_a_source_to_evaluate_on_has_no_training_split(tmp_path):
    source = _source(test=[_labelled(_clip("a", 3), np.zeros([3, 2]))])
    bad_files = clips.BadFiles(False)
    info = writing.write(source, str(tmp_path / "data"), 16, bad_files).info
    assert set(info.splits) == {"test"}
    assert (info.splits["test"].frames, info.splits["test"].poses) == (3, 0)
    assert [path.name for path in (tmp_path / "data").glob("*.tfrecord")] == [
        shard.file for shard in info.splits["test"].clip_shards
    ]


@pytest.mark.parametrize("length", [0, 1])
def test_a_clip_without_a_pair_is_an_error(tmp_path, length):
    with pytest.raises(
        errors.UserError, match=f"the clip b has {length} usable frames"
    ):
        _write(tmp_path / "data", [_clip("a", 4), _clip("b", length)])
    assert not list(tmp_path.iterdir())


def test_one_frame_is_enough_to_be_evaluated_on(tmp_path):
    _write(tmp_path / "data", [_clip("a", 4)], test=[_clip("b", 1)])
    assert list(_runs(tmp_path / "data", "test")) == [("b", [0])]


def test_a_bad_clip_stops_everything(tmp_path):
    bad = _clip("b", 50, error=images.BadFile("b.mp4: cut"))
    with pytest.raises(errors.UserError, match=r"b\.mp4: cut; --skip_bad"):
        _write(tmp_path / "data", [_clip("a", 4), bad])
    assert not list(tmp_path.iterdir())


def test_a_bad_clip_is_skipped_whole_and_told(tmp_path):
    bad = _clip("b", 50, error=images.BadFile("b.mp4: cut"))
    train = [_clip("a", 4), bad, _clip("c", 3)]
    info = _write(tmp_path / "data", train, skip=True).info
    assert list(_runs(tmp_path / "data")) == [
        ("a", [0, 1, 2, 3]),
        ("c", [0, 1, 2]),
    ]
    assert info.splits["train"].clips == 2
    assert info.source["skipped"] == ["b.mp4: cut"]


def test_a_name_that_is_no_text_is_a_bad_file(tmp_path):
    train = [_clip("a", 4), _clip(os.fsdecode(b"caf\xe9"), 4)]
    with pytest.raises(errors.UserError, match=r"clip 'caf\\udce9': .*UTF-8"):
        _write(tmp_path / "data", train)
    info = _write(tmp_path / "data", train, skip=True).info
    assert info.splits["train"].clips == 1


@pytest.mark.parametrize("x", [30.0, -30.0, float("nan")])
def test_a_box_beside_its_image_is_named(tmp_path, x):
    def frames():
        for frame in _clip("a", 2).frames():
            yield frame._replace(box=(x, 0.0, 30.0, 30.0))

    with pytest.raises(errors.UserError, match=r"a: the box of frame 0.*30x20"):
        _write(tmp_path / "data", [clips.Clip("a", frames)])
    assert not (tmp_path / "data").exists()


def test_mistakes_that_are_no_bad_files_are_not_skipped(tmp_path):
    wrong = _clip("b", 4, error=errors.UserError("labels of no frame"))
    with pytest.raises(errors.UserError, match=r"^labels of no frame$"):
        _write(tmp_path / "data", [_clip("a", 4), wrong], skip=True)
    assert not list(tmp_path.iterdir())


def test_nothing_left_after_skipping_is_an_error(tmp_path):
    bad = _clip("a", 50, error=images.BadFile("a.mp4: cut"))
    with pytest.raises(errors.UserError, match="none of the 1 clips of"):
        _write(tmp_path / "data", [bad], skip=True)
    assert not list(tmp_path.iterdir())
