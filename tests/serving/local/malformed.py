"""Hypothesis strategies of requests that are wrong in every way thought of."""

import base64
import io
import json
import urllib.parse
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from PIL import Image
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import predict_pb2

from serving import messages
from tests.serving import exported_models
from tests.serving import made_requests

_IMAGE = exported_models.IMAGES[0][:8, :6]
_SIGNATURES = ("serving_default", "skeleton", "encoded", "transfer")
_INPUTS = ("images", "image_bytes", "appearance_bytes", "index")
_SERVICE = "/tensorflow.serving.PredictionService/"
_METHODS = (
    made_requests.PREDICT,
    _SERVICE + "GetModelMetadata",
    "/tensorflow.serving.ModelService/GetModelStatus",
    "/tensorflow.serving.ModelService/HandleReloadConfigRequest",
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
)
_NOWHERE = "/no/such/folder"  # Its configuration is refused.


class Grpc(NamedTuple):
    """A message to a method."""

    method: str
    message: bytes


class Rest(NamedTuple):
    """A body to a path; None: GET."""

    path: str
    body: bytes | None


def _file(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(_IMAGE).save(file, kind)
    return file.getvalue()


_FILES = (_file("PNG"), _file("JPEG"))


@st.composite
def _edited(draw, originals: tuple[bytes, ...]) -> bytes:
    """One of them with bytes flipped, cut out, put in or doubled."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        stop = start + draw(st.integers(0, 12))
        edit = draw(st.sampled_from(["flip", "cut", "put", "double", "end"]))
        if edit == "flip" and start < len(data):
            data[start] ^= draw(st.integers(1, 255))
        elif edit == "cut":
            del data[start:stop]
        elif edit == "put":
            data[start:start] = draw(st.binary(min_size=1, max_size=8))
        elif edit == "double":
            data[start:start] = data[start:stop]
        elif edit == "end":
            del data[start:]
    return bytes(data)


def _right_messages() -> tuple[bytes, ...]:
    model = made_requests.MODEL
    requests = (
        messages.images_request(model, _IMAGE[np.newaxis]),
        messages.encoded_request(model, _FILES),
        messages.transfer_request(model, _FILES, _FILES),
        messages.landmarks_request(model),
        get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec=messages.status_request(model).model_spec,
            metadata_field=["signature_def"],
        ),
        messages.status_request(model),
    )
    reload = model_management_pb2.ReloadConfigRequest()
    config = reload.config.model_config_list.config.add()
    config.name, config.base_path = exported_models.NAME, _NOWHERE
    config.model_version_policy.specific.versions.append(1)
    config.version_labels["stable"] = 1
    return tuple(each.SerializeToString() for each in (*requests, reload))


_BYTES = st.builds(
    Grpc,
    st.sampled_from(_METHODS),
    st.binary(max_size=100) | _edited(_right_messages()),
)

_names = st.text(max_size=20)
_sizes = st.sampled_from(
    [-(2**63), -1, 0, 1, 2, 3, 6, 8, 2**16, 2**31, 2**62, 2**63 - 1]
)
_int32s = st.integers(-(2**31), 2**31 - 1)


@st.composite
def _tensor(draw):
    tensor = messages.images_request(
        made_requests.MODEL, _IMAGE[np.newaxis]
    ).inputs["images"]
    if draw(st.booleans()):
        tensor.dtype = draw(st.sampled_from([1, 3, 4, 7, 9]) | _int32s)
    if draw(st.booleans()):
        del tensor.tensor_shape.dim[:]
        for size in draw(st.lists(_sizes, max_size=6)):
            tensor.tensor_shape.dim.add(size=size, name=draw(_names))
    tensor.tensor_shape.unknown_rank = draw(st.integers(0, 9)) == 0
    if draw(st.booleans()):
        tensor.tensor_content = draw(st.binary(max_size=200))
    if draw(st.booleans()):
        tensor.ClearField("tensor_content")
        tensor.int_val.extend(draw(st.lists(_int32s, max_size=9)))
        tensor.string_val.extend(draw(st.lists(st.binary(max_size=9))))
        tensor.float_val.extend(draw(st.lists(st.floats(width=32), max_size=9)))
        tensor.half_val.extend(draw(st.lists(_int32s, max_size=3)))
    return tensor


@st.composite
def _structured(draw):
    """A PredictRequest whose parts do not fit to each other."""
    request = predict_pb2.PredictRequest()
    spec = request.model_spec
    spec.name = draw(st.just(exported_models.NAME) | _names)
    if draw(st.integers(0, 4)) == 0:
        spec.version.value = draw(st.integers(-(2**63), 2**63 - 1))
    if draw(st.integers(0, 9)) == 0:
        spec.version_label = draw(_names)
    spec.signature_name = draw(
        st.sampled_from(_SIGNATURES) | _names | st.just("\U0001f600" * 5000)
    )
    names = draw(st.lists(st.sampled_from(_INPUTS) | _names, max_size=3))
    for name in names:
        request.inputs[name].CopyFrom(draw(_tensor()))
    request.output_filter.extend(draw(st.lists(_names, max_size=2)))
    return Grpc(made_requests.PREDICT, request.SerializeToString())


@st.composite
def _pictures(draw):
    """Files that begin as pictures, over both APIs."""
    files = draw(st.lists(_edited(_FILES), min_size=1, max_size=3))
    if draw(st.booleans()):
        request = messages.encoded_request(made_requests.MODEL, files)
        return Grpc(made_requests.PREDICT, request.SerializeToString())
    rows = [{"b64": base64.b64encode(file).decode()} for file in files]
    return _post({"signature_name": "encoded", "instances": rows})


def _post(content, path=f"/v1/models/{exported_models.NAME}:predict") -> Rest:
    return Rest(path, json.dumps(content).encode())


_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.builds(lambda text: {"b64": text}, st.text("AZaz09+/=-", max_size=9))
)
_keys = st.sampled_from(["b64", *_INPUTS]) | st.text(max_size=5)
_values = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=3)
    ),
    max_leaves=12,
)


@st.composite
def _bodies(draw):
    """JSON of the API's outline, filled with anything."""
    outline = st.fixed_dictionaries(
        {},
        optional={
            "instances": _values | st.lists(_values, max_size=3),
            "inputs": _values,
            "signature_name": st.sampled_from(_SIGNATURES) | _values,
        },
    )
    return _post(draw(outline | _values))


@st.composite
def _nested(draw):
    depth = draw(st.integers(1, 2000))
    signature = draw(st.sampled_from(_SIGNATURES)).encode()
    lists = b"[" * depth + b"1" + b"]" * depth
    body = b'{"signature_name": "%b", "instances": %b}' % (signature, lists)
    return _post(None)._replace(body=body)


_RIGHT_BODY = _post({"instances": _IMAGE[np.newaxis].tolist()}).body


@st.composite
def _paths(draw):
    parts = draw(
        st.lists(
            st.sampled_from(
                ["v1", "models", "puppets", "versions", "labels", "metadata"]
            )
            | st.integers().map(str)
            | st.binary(max_size=5).map(urllib.parse.quote),
            max_size=6,
        )
    )
    verb = draw(st.sampled_from(["", ":predict", ":classify", ":"]))
    body = draw(st.none() | st.just(_RIGHT_BODY))
    return Rest("/" + "/".join(parts) + verb, body)


_RAW_BODIES = (st.binary(max_size=60) | _edited((_RIGHT_BODY,))).map(
    lambda body: _post(None)._replace(body=body)
)

REQUESTS = st.one_of(
    _BYTES,
    _BYTES,
    _structured(),
    _structured(),
    _pictures(),
    _pictures(),
    _bodies(),
    _nested(),
    _paths(),
    _RAW_BODIES,
)
