import os
import signal

import pytest
import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks.data import shards


def _read(folder, parts):
    paths = [str(folder / shard.file) for shard in parts]
    return [r.numpy() for r in tf.data.TFRecordDataset(paths)] if paths else []


def _writer(folder):
    return shards.ShardWriter(folder, "clips-train", max_bytes=100)


def test_shards_keep_order_and_stay_below_the_limit(tmp_path):
    writer, written = _writer(tmp_path), []
    for commit in range(7):
        for i in range(commit):
            written.append(b"%d %d" % (commit, i))
            writer.write(written[-1])
        writer.commit()
    parts = writer.finish()
    assert _read(tmp_path, parts) == written
    assert len(parts) > 1
    for shard in parts:
        assert shard.bytes == (tmp_path / shard.file).stat().st_size <= 100
    assert sum(shard.records for shard in parts) == len(written)
    assert {p.name for p in tmp_path.iterdir()} == {s.file for s in parts}


def test_a_record_over_the_limit_gets_a_shard_of_its_own(tmp_path):
    writer = _writer(tmp_path)
    for record in (b"a", b"b" * 300, b"c"):
        writer.write(record)
    writer.commit()
    parts = writer.finish()
    assert _read(tmp_path, parts) == [b"a", b"b" * 300, b"c"]
    assert len(parts) == 3


def test_rollback_leaves_no_trace(tmp_path):
    writer = _writer(tmp_path)
    writer.write(b"kept")
    writer.commit()
    for _ in range(20):
        writer.write(b"dropped")
    writer.rollback()
    writer.write(b"kept too")
    writer.commit()
    parts = writer.finish()
    assert _read(tmp_path, parts) == [b"kept", b"kept too"]
    assert {p.name for p in tmp_path.iterdir()} == {s.file for s in parts}


def test_checksum_is_that_of_the_file(tmp_path):
    import hashlib

    writer = _writer(tmp_path)
    writer.write(b"a")
    writer.commit()
    (shard,) = writer.finish()
    content = (tmp_path / shard.file).read_bytes()
    assert shard.sha256 == hashlib.sha256(content).hexdigest()


def test_folder_appears_whole(tmp_path):
    target = tmp_path / "deep" / "data"
    with shards.new_folder(str(target)) as folder:
        (folder / "a").write_text("a")
        assert not target.exists()
    assert (target / "a").read_text() == "a"
    assert list(target.parent.iterdir()) == [target]


def test_failed_run_leaves_nothing(tmp_path):
    with pytest.raises(ValueError):
        with shards.new_folder(str(tmp_path / "data")) as folder:
            (folder / "a").write_text("a")
            raise ValueError
    assert not list(tmp_path.iterdir())


def test_killed_run_leaves_nothing_to_mistake_and_the_next_starts_over(
    tmp_path,
):
    target = tmp_path / "data"
    child = os.fork()
    if not child:
        with shards.new_folder(str(target)) as folder:
            (folder / "stale").mkdir()
            (folder / "stale" / "a").write_text("a")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert not target.exists()
    assert len(list(tmp_path.iterdir())) == 1  # hidden, and wiped later
    with shards.new_folder(str(target)) as folder:
        (folder / "b").write_text("b")
    assert [path.name for path in target.iterdir()] == ["b"]
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_two_runs_never_mix(tmp_path):
    target = str(tmp_path / "data")
    with shards.new_folder(target) as folder:
        (folder / "a").write_text("a")
        with pytest.raises(errors.UserError, match="another process"):
            with shards.new_folder(target):
                pass
        assert (folder / "a").exists()
    assert (tmp_path / "data" / "a").exists()


def test_existing_folder_is_refused(tmp_path):
    with pytest.raises(errors.UserError, match="exists; delete it"):
        with shards.new_folder(str(tmp_path)):
            pass


def test_remote_folder_is_refused():
    with pytest.raises(errors.UserError, match="local folders only"):
        with shards.new_folder("s3://bucket/data"):
            pass
