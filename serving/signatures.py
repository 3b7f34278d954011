"""What a server's model offers, by its own metadata.

Checked before a request is sent, so that a model of another kind is told as
such, and not by how a server words what it misses.
"""

from collections.abc import Mapping

import grpc

from serving import messages
from serving import protos

_FIELD = "signature_def"

# Of the answers, by signature.
_OUTPUTS = {
    "serving_default": {"keypoints", "confidence"},
    "encoded": {"keypoints", "confidence"},
    "transfer": {"image_bytes"},
    "landmarks": {"names", "edges", "image_size"},
}


def request(
    model: messages.Model,
) -> protos.get_model_metadata_pb2.GetModelMetadataRequest:
    """Asks for the model's signatures."""
    asked = protos.get_model_metadata_pb2.GetModelMetadataRequest()
    model.fill(asked.model_spec)
    asked.metadata_field.append(_FIELD)
    return asked


def read(response) -> Mapping:
    """The answer to `request`: SignatureDefs by name."""
    found = protos.get_model_metadata_pb2.SignatureDefMap()
    response.metadata[_FIELD].Unpack(found)
    return found.signature_def


def is_offered(
    asked: protos.predict_pb2.PredictRequest, offered: Mapping
) -> bool:
    """Whether the model can answer a request; the arguments are `check`'s."""
    name = asked.model_spec.signature_name
    if name not in offered:
        return False
    found = {key: info.dtype for key, info in offered[name].inputs.items()}
    return found == _inputs(asked) and _OUTPUTS[name] <= set(
        offered[name].outputs
    )


def check(
    asked: protos.predict_pb2.PredictRequest,
    offered: Mapping,
    address: str,
    model: messages.Model,
) -> None:
    """Refuses a request that the model cannot answer.

    Args:
      asked: of this package's client.
      offered: see `read`.
      address: of the server, for the message.
      model: that is asked, for the message.

    Raises:
      messages.ServingError: it has no such signature, inputs or outputs.
    """
    if is_offered(asked, offered):
        return
    name = asked.model_spec.signature_name
    raise messages.ServingError(
        f"{model} at {address} is no landmark detector that can be asked for "
        f"{_text(name, _inputs(asked), _OUTPUTS[name])}; it offers "
        f"{_texts(offered) or 'nothing'}; choose another model, or export it "
        "anew",
        grpc.StatusCode.FAILED_PRECONDITION,
    )


def _inputs(asked: protos.predict_pb2.PredictRequest) -> dict[str, int]:
    return {key: tensor.dtype for key, tensor in asked.inputs.items()}


def _texts(offered: Mapping) -> str:
    return ", ".join(
        _text(
            name,
            {key: info.dtype for key, info in offered[name].inputs.items()},
            offered[name].outputs,
        )
        for name in sorted(offered)
    )


def _text(name: str, inputs: Mapping[str, int], outputs) -> str:
    """Such as: encoded(image_bytes string) -> confidence, keypoints."""
    types = protos.types_pb2.DataType
    sent = ", ".join(
        f"{key} {types.Name(dtype).removeprefix('DT_').lower()}"
        for key, dtype in sorted(inputs.items())
    )
    return f"{name}({sent}) -> {', '.join(sorted(outputs))}"
