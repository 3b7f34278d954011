import numpy as np
import pytest
import tensorflow as tf

from serving import tensors

_ARRAYS = [
    np.arange(6, dtype=np.float32).reshape(2, 3),
    np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3),
    np.array([[1, -2]], np.int32),
    np.array(2**40),
    np.array([b"a", b"\x00\xff"], object),
    np.zeros((0, 2), np.float32),
]


@pytest.mark.parametrize("array", _ARRAYS)
def test_tensorflow_reads_what_was_written(array):
    read = tf.make_ndarray(tensors.to_proto(array))
    np.testing.assert_array_equal(read, array)
    assert read.shape == array.shape


@pytest.mark.parametrize("array", _ARRAYS)
def test_what_tensorflow_wrote_is_read(array):
    proto = tf.make_tensor_proto(array, shape=array.shape)
    read = tensors.to_array(proto)
    np.testing.assert_array_equal(read, array)
    assert read.shape == array.shape


def test_numbers_may_come_one_by_one_and_one_for_all():
    proto = tf.make_tensor_proto([[1.5, 2.5]])
    proto.tensor_content = b""
    proto.float_val.extend([1.5, 2.5])
    np.testing.assert_array_equal(tensors.to_array(proto), [[1.5, 2.5]])
    del proto.float_val[1]
    np.testing.assert_array_equal(tensors.to_array(proto), [[1.5, 1.5]])


def test_other_types_are_refused():
    with pytest.raises(TypeError, match="no tensor is made of complex"):
        tensors.to_proto(np.zeros(1, complex))
    with pytest.raises(TypeError, match="no array is made of DT_HALF"):
        tensors.to_array(tf.make_tensor_proto(np.zeros(1, np.float16)))
