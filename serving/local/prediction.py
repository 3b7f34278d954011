"""From a Predict request to tensors, checked as TF-Serving checks it."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import predict_pb2

from serving.local import refusals

# Where a message may hold numbers in place of bytes; "int_val" for the others.
_FIELDS = {
    tf.float32: "float_val",
    tf.float64: "double_val",
    tf.float16: "half_val",
    tf.bfloat16: "half_val",
    tf.int64: "int64_val",
    tf.uint32: "uint32_val",
    tf.uint64: "uint64_val",
    tf.bool: "bool_val",
    tf.string: "string_val",
}


def find_signature(
    definitions: Mapping[str, meta_graph_pb2.SignatureDef], name: Any
) -> meta_graph_pb2.SignatureDef:
    """The signature of this name, which in JSON may be anything.

    Raises:
      refusals.Refusal: there is none.
    """
    if not isinstance(name, str) or name not in definitions:
        raise refusals.Refusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"Serving signature key {name!r} not found; there are "
            f"{', '.join(sorted(definitions))}",
        )
    return definitions[name]


def read_inputs(
    request: predict_pb2.PredictRequest,
    definition: meta_graph_pb2.SignatureDef,
) -> dict[str, tf.Tensor]:
    """The request's tensors by name.

    Raises:
      refusals.Refusal: an input is missing or unknown, or has another type or
        shape than the signature's.
    """
    expected = definition.inputs
    check_names(request.inputs, expected)
    return {
        name: _read_input(name, tensor, expected[name])
        for name, tensor in request.inputs.items()
    }


def check_names(sent: Collection[str], expected: Collection[str]) -> None:
    """Whether these are the inputs of a signature.

    Raises:
      refusals.Refusal: some are unknown, or missing.
    """
    sent_extra = sorted(set(sent) - set(expected))
    missing = sorted(set(expected) - set(sent))
    if sent_extra or missing:
        raise refusals.invalid(
            f"input size does not match signature: {len(sent)}!="
            f"{len(expected)}. Sent extra: {{{', '.join(sent_extra)}}}. "
            f"Missing but required: {{{', '.join(missing)}}}."
        )


def _read_input(name: str, proto, info) -> tf.Tensor:
    expected, sent = tf.as_dtype(info.dtype), proto.dtype
    if sent != info.dtype:
        raise refusals.invalid(
            f"input {name!r} must be {expected.name}, and is "
            f"{_name_of_type(sent)}"
        )
    _check_shape(name, proto, tf.TensorShape(info.tensor_shape))
    _check_range(name, proto, expected)
    try:
        return tf.constant(tf.make_ndarray(proto))
    except (TypeError, ValueError) as error:
        raise refusals.invalid(
            f"input {name!r} cannot be read as a tensor: {error}"
        ) from error


def _check_shape(name: str, proto, expected: tf.TensorShape) -> None:
    """Before the tensor is made: few bytes can say 2**60 elements."""
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    unknown = proto.tensor_shape.unknown_rank or any(s < 0 for s in sizes)
    if unknown or not expected.is_compatible_with(sizes):
        raise refusals.invalid(
            f"input {name!r} must have the shape {expected}, and has "
            f"{'an unknown one' if unknown else sizes}"
        )
    elements = 1
    for size in sizes:
        elements *= size
    sent = _elements_sent(proto)
    if sent != elements:
        raise refusals.invalid(
            f"input {name!r} of shape {sizes} must have {elements} elements, "
            f"and {sent} were sent"
        )


def _check_range(name: str, proto, dtype: tf.DType) -> None:
    """TensorFlow would take 300 for a uint8 of 44."""
    if dtype.is_integer and len(proto.int_val):
        low, high = min(proto.int_val), max(proto.int_val)
        if low < dtype.min or high > dtype.max:
            raise refusals.invalid(
                f"input {name!r} must be {dtype.name}, and has numbers from "
                f"{low} to {high}"
            )


def _elements_sent(proto) -> int:
    dtype = tf.as_dtype(proto.dtype)
    if proto.tensor_content:
        return len(proto.tensor_content) // max(dtype.size, 1)
    # TensorFlow would read what is sent in another field as zeros.
    return len(getattr(proto, _FIELDS.get(dtype, "int_val")))


def _name_of_type(number: int) -> str:
    try:
        return tf.as_dtype(number).name
    except TypeError:
        return f"of the unknown type {number}"


def read_output_filter(
    request: predict_pb2.PredictRequest,
    definition: meta_graph_pb2.SignatureDef,
) -> list[str]:
    """Names of the outputs that are asked for.

    Raises:
      refusals.Refusal: one is unknown, or named twice.
    """
    wanted = list(request.output_filter) or sorted(definition.outputs)
    for name in wanted:
        if name not in definition.outputs:
            raise refusals.invalid(
                f"output {name!r} is not in the signature; there are "
                f"{', '.join(sorted(definition.outputs))}"
            )
        if wanted.count(name) > 1:
            raise refusals.invalid(f"output {name!r} is asked for twice")
    return wanted


def compute(
    signature: Callable[..., Mapping[str, tf.Tensor]],
    inputs: Mapping[str, tf.Tensor],
) -> dict[str, tf.Tensor]:
    """Runs a signature.

    Raises:
      refusals.Refusal: TensorFlow cannot compute it.
    """
    tensors = [*inputs.values()]
    try:
        outputs = signature(**inputs)
        tensors.extend(outputs.values())
        return {name: output.numpy() for name, output in outputs.items()}
    except tf.errors.OpError as error:
        raise refusals.of_tensorflow(error) from error
    except (TypeError, ValueError) as error:
        raise refusals.invalid(str(error)) from error
    finally:
        # With Python 3.11 TensorFlow forgets to free this, 40 bytes a tensor:
        # github.com/tensorflow/tensorflow/issues/62551.
        for tensor in tensors:
            del tensor.__dict__


def write_output(array: np.ndarray) -> tensor_pb2.TensorProto:
    """A message that has numbers one by one, as TF-Serving sends them."""
    proto = tf.make_tensor_proto(array)
    field = _FIELDS.get(tf.as_dtype(array.dtype), "int_val")
    if proto.tensor_content and field != "half_val":
        proto.ClearField("tensor_content")
        getattr(proto, field).extend(array.ravel().tolist())
    return proto
