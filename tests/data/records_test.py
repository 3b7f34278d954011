import json
import pathlib

import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks.data import records


@pytest.fixture
def data(tmp_path):
    return pathlib.Path(tiny_runs.make_data(tmp_path / "data"))


def test_info_returns(data):
    info = records.read_info(str(data))
    assert info.skeleton == tiny_runs.SKELETON
    assert info.image_size == tiny_runs.SIZE
    assert info.labels == "labels"
    train = info.splits["train"]
    assert (train.clips, train.frames, train.records) == (2, 8, 2)
    assert train.poses == 10
    (shard,) = train.clip_shards
    assert shard.bytes == (data / shard.file).stat().st_size
    assert info.splits["test"].pose_shards == ()


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(errors.UserError, match="nowhere: no such folder"):
        records.read_info(str(tmp_path / "nowhere"))


def test_folder_that_is_not_prepared_is_named(tmp_path):
    with pytest.raises(errors.UserError, match="not a prepared folder"):
        records.read_info(str(tmp_path))


@pytest.mark.parametrize(
    "change, message",
    [
        ({"schema_version": 0}, "prepared with schema 0, this version reads"),
        ({"category": {}}, "dataset.json: damaged"),
        ({"splits": {"train": {}}}, "dataset.json: damaged"),
    ],
)
def test_other_or_damaged_info_is_refused(data, change, message):
    path = data / "dataset.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(errors.UserError, match=message):
        records.read_info(str(data))


def test_info_that_is_cut_is_refused(data):
    path = data / "dataset.json"
    path.write_text(path.read_text()[:100])
    with pytest.raises(errors.UserError, match=r"dataset\.json: damaged"):
        records.read_info(str(data))


def test_missing_shard_is_named(data):
    (data / "poses-train-00000.tfrecord").unlink()
    with pytest.raises(errors.UserError, match=r"poses-train.*is missing"):
        records.read_info(str(data))


def test_cut_shard_is_named(data):
    path = data / "clips-test-00000.tfrecord"
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        errors.UserError,
        match=rf"clips-test.* has {size - 1} bytes instead of {size}",
    ):
        records.read_info(str(data))


def test_absolute_names_a_local_folder_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert records.absolute("data") == f"{tmp_path}/data"


def test_absolute_leaves_a_remote_folder_as_it_is():
    assert records.absolute("s3://bucket/data") == "s3://bucket/data"
