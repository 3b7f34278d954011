"""Between the REST API's JSON and Predict's tensors.

Rows: {"instances": [...]} is answered by {"predictions": [...]}, an element
for each of the batch. Columns: {"inputs": {...}} by {"outputs": {...}}.
Bytes are {"b64": "..."}.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import predict_pb2

from serving.local import prediction
from serving.local import refusals

_INSTANCES, _INPUTS = "instances", "inputs"


def is_in_rows(body: Any) -> bool:
    """Whether a request is in rows, and so its answer.

    Raises:
      refusals.Refusal: it is neither in rows nor in columns.
    """
    keys = {_INSTANCES, _INPUTS} & set(body if isinstance(body, dict) else ())
    if len(keys) != 1:
        raise refusals.invalid(
            "the body must be a JSON object with either 'instances', a list, "
            "or 'inputs'"
        )
    return keys == {_INSTANCES}


def read(
    body: Mapping[str, Any], definition: meta_graph_pb2.SignatureDef
) -> predict_pb2.PredictRequest:
    """A request's tensors, without what names the model.

    Args:
      body: JSON, as `is_in_rows` allows it.
      definition: of the signature.

    Raises:
      refusals.Refusal: the values do not make tensors.
    """
    values = _columns(body, list(definition.inputs))
    prediction.check_names(values, definition.inputs)
    request = predict_pb2.PredictRequest()
    for name, value in values.items():
        dtype = tf.as_dtype(definition.inputs[name].dtype)
        request.inputs[name].CopyFrom(_to_proto(name, value, dtype))
    return request


def _columns(body: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """The values of each input, whatever form the request has."""
    if not is_in_rows(body):
        inputs = body[_INPUTS]
        if isinstance(inputs, dict) and set(inputs) != {"b64"}:
            return inputs
        return {_only(names): inputs}
    rows = body[_INSTANCES]
    if not isinstance(rows, list) or not rows:
        raise refusals.invalid("'instances' must be a list with an element")
    if not isinstance(rows[0], dict) or set(rows[0]) == {"b64"}:
        return {_only(names): rows}
    keys = set(rows[0])
    if any(not isinstance(row, dict) or set(row) != keys for row in rows):
        raise refusals.invalid("all 'instances' must have the same names")
    return {key: [row[key] for row in rows] for key in keys}


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise refusals.invalid(
            f"values without names, and the inputs are {', '.join(names)}"
        )
    return names[0]


def _to_proto(name: str, value: Any, dtype: tf.DType):
    try:
        if dtype == tf.string:
            return tf.make_tensor_proto(_decoded(value), tf.string)
        numbers = np.asarray(value)
        if numbers.dtype == object or numbers.dtype.kind not in "iuf":
            raise ValueError("the lists are ragged, or hold no numbers")
        with np.errstate(invalid="ignore"):  # It is refused below.
            cast = numbers.astype(dtype.as_numpy_dtype)
        if dtype.is_integer and not np.array_equal(cast, numbers):
            raise ValueError(f"a number is no {dtype.name}")
        return tf.make_tensor_proto(cast)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise refusals.invalid(
            f"input {name!r} cannot be read as {dtype.name}: {error}"
        ) from error


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(each) for each in value]
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and set(value) == {"b64"}:
        try:
            return base64.b64decode(value["b64"], validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise ValueError(f"b64: {error}") from error
    raise ValueError("strings and {'b64': ...} are allowed")


def write(
    response: predict_pb2.PredictResponse, in_rows: bool
) -> dict[str, Any]:
    """The answer's JSON, in the request's form."""
    outputs = {
        name: _to_json(name, tf.make_ndarray(tensor).tolist())
        for name, tensor in response.outputs.items()
    }
    if len(outputs) == 1:
        (only,) = outputs.values()
        return {"predictions" if in_rows else "outputs": only}
    if not in_rows:
        return {"outputs": outputs}
    rows = zip(*outputs.values(), strict=True)
    return {"predictions": [dict(zip(outputs, r, strict=True)) for r in rows]}


def _to_json(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_to_json(name, each) for each in value]
    if not isinstance(value, bytes):
        return value
    if name.endswith("_bytes"):
        return {"b64": base64.b64encode(value).decode()}
    return value.decode("utf-8", "replace")
