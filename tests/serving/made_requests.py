"""Predict requests for the tests' model: right ones, and made wrong."""

import json
import urllib.error
import urllib.request

from serving import messages
from serving import tensors
from tests.serving import exported_models

MODEL = messages.Model(exported_models.NAME)
PREDICT = "/tensorflow.serving.PredictionService/Predict"


def images(**changes):
    """With inputs that are others, or with None are missing."""
    request = messages.images_request(MODEL, exported_models.IMAGES)
    for name, array in changes.items():
        if array is None:
            del request.inputs[name]
        else:
            request.inputs[name].CopyFrom(tensors.to_proto(array))
    return request


def with_spec(**fields):
    """With another model_spec."""
    request = images()
    for name, value in fields.items():
        if name == "version":
            request.model_spec.version.value = value
        else:
            setattr(request.model_spec, name, value)
    return request


def with_filter(*names):
    """With output_filter."""
    request = images()
    request.output_filter.extend(names)
    return request


def with_shape(*sizes, **fields):
    """With a shape that lies about the contents, or with other contents."""
    request = images()
    tensor = request.inputs["images"]
    del tensor.tensor_shape.dim[:]
    for size in sizes:
        tensor.tensor_shape.dim.add(size=size)
    if fields:
        tensor.tensor_content = b""
    for field, values in fields.items():
        getattr(tensor, field).extend(values)
    return request


def ask_rest(address: str, path: str, content=None):
    """Status and JSON of an answer of REST.

    Args:
      address: HOST:PORT.
      path: of the URL.
      content: bytes, or what JSON is made of; None: nothing is sent.
    """
    body = content
    if content is not None and not isinstance(content, bytes):
        body = json.dumps(content).encode()
    request = urllib.request.Request(f"http://{address}{path}", body)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def predict_rest(address: str, content, where: str = exported_models.NAME):
    """Status and JSON of the answer to a Predict request."""
    return ask_rest(address, f"/v1/models/{where}:predict", content)
