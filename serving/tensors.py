"""Arrays to TensorFlow's tensor messages, and back."""

import numpy as np

from serving import protos

_TYPES = {
    np.dtype(np.float32): protos.types_pb2.DT_FLOAT,
    np.dtype(np.uint8): protos.types_pb2.DT_UINT8,
    np.dtype(np.int32): protos.types_pb2.DT_INT32,
    np.dtype(np.int64): protos.types_pb2.DT_INT64,
    np.dtype(object): protos.types_pb2.DT_STRING,
}
_DTYPES = {number: dtype for dtype, number in _TYPES.items()}

# Where a server may put numbers, in place of bytes.
_FIELDS = {
    protos.types_pb2.DT_FLOAT: "float_val",
    protos.types_pb2.DT_UINT8: "int_val",
    protos.types_pb2.DT_INT32: "int_val",
    protos.types_pb2.DT_INT64: "int64_val",
    protos.types_pb2.DT_STRING: "string_val",
}


def to_proto(array: np.ndarray) -> protos.tensor_pb2.TensorProto:
    """An array as a message.

    Args:
      array: of float32, uint8, int32, int64, or of `bytes` as objects.

    Raises:
      TypeError: for another type.
    """
    if array.dtype not in _TYPES:
        raise TypeError(f"no tensor is made of {array.dtype}")
    tensor = protos.tensor_pb2.TensorProto(dtype=_TYPES[array.dtype])
    for length in array.shape:
        tensor.tensor_shape.dim.add(size=length)
    if array.dtype == object:
        tensor.string_val.extend(array.ravel().tolist())
    else:
        tensor.tensor_content = np.ascontiguousarray(array).tobytes()
    return tensor


def to_array(tensor: protos.tensor_pb2.TensorProto) -> np.ndarray:
    """A message as an array, of the types that `to_proto` takes.

    Raises:
      TypeError: for another type.
      ValueError: the values do not fill the shape.
    """
    if tensor.dtype not in _DTYPES:
        name = protos.types_pb2.DataType.Name(tensor.dtype)
        raise TypeError(f"no array is made of {name}")
    dtype = _DTYPES[tensor.dtype]
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, dtype).reshape(shape)
    values = np.array(getattr(tensor, _FIELDS[tensor.dtype]), dtype)
    if len(values) == 1:  # stands for all
        return np.full(shape, values[0], dtype)
    return values.reshape(shape)
