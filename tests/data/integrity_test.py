import pathlib

import pytest
import tensorflow as tf

from tests import tiny_runs
from tf_landmarks.data import integrity
from tf_landmarks.data import pipelines
from tf_landmarks.data import records


@pytest.fixture
def data(tmp_path):
    return pathlib.Path(tiny_runs.make_data(tmp_path / "data"))


def test_whole_data_have_no_damage(data):
    assert integrity.find_corruption(str(data)) is None


def test_damage_met_while_reading_is_explained_by_file_and_offset(data):
    path = data / "clips-train-00000.tfrecord"
    content = bytearray(path.read_bytes())
    second = 16 + int.from_bytes(content[:8], "little")
    content[second + 50] ^= 1
    path.write_bytes(content)
    info = records.read_info(str(data))  # the size is right
    pairs = pipelines.training_pairs(str(data), info, 4, 0, 8)
    with pytest.raises(tf.errors.DataLossError) as caught:
        next(iter(pairs))
    error = integrity.explain_data_loss(caught.value, str(data))
    assert str(error).startswith(f"{path}: damaged at byte {second};")
