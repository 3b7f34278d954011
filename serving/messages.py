"""What is asked of a server, and what its answers say."""

from collections.abc import Sequence
from typing import NamedTuple

import grpc
import numpy as np

from serving import protos
from serving import tensors

# What a server without room says: of its queue for batches, of gRPC's, or of
# messages.
_WHEN_BUSY = (
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAVAILABLE,
)
_BUSY = ("scheduling queue", "batching queue", "RPC limit", "server's room")

_ENCODED = "encoded"
_LANDMARKS = "landmarks"
_TRANSFER = "transfer"


class ServingError(Exception):
    """A server's refusal or absence, in a sentence for the user.

    Attributes:
      code: gRPC's.
    """

    def __init__(self, sentence: str, code: grpc.StatusCode):
        """Keeps both."""
        super().__init__(sentence)
        self.code = code


class Model(NamedTuple):
    """Which model of a server is meant.

    Attributes:
      name: of the model.
      version: of it; None: the server's choice, the newest by default.
      label: such as "stable", in place of the version.
    """

    name: str
    version: int | None = None
    label: str | None = None

    def fill(self, spec) -> None:
        """Writes it into a request's `model_spec`."""
        spec.name = self.name
        if self.version is not None:
            spec.version.value = self.version
        if self.label is not None:
            spec.version_label = self.label

    def __str__(self) -> str:
        """For messages."""
        which = self.version if self.label is None else self.label
        return self.name if which is None else f"{self.name}/{which}"


class Landmarks(NamedTuple):
    """What a model's landmarks are.

    Attributes:
      names: K of them.
      edges: pairs of indices that a limb joins.
      image_size: side in pixels of what the network sees.
    """

    names: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    image_size: int


class Detections(NamedTuple):
    """What was found in B pictures.

    Attributes:
      keypoints: float32 [B, K, 2], (x, y) in pixels of each picture; the
        centre of the first pixel is (0, 0).
      confidence: float32 [B, K] in (0, 1]; no probability of being right.
      version: of the model that answered.
    """

    keypoints: np.ndarray
    confidence: np.ndarray
    version: int


class VersionState(NamedTuple):
    """A version of a model on a server.

    Attributes:
      version: its number.
      state: "AVAILABLE", "LOADING" and so on, as TF-Serving says it.
      error: why it could not be loaded, or "".
    """

    version: int
    state: str
    error: str


def images_request(
    model: Model, images: np.ndarray
) -> protos.predict_pb2.PredictRequest:
    """Asks for the landmarks in pictures of one size, uint8 [B, H, W, 3].

    Raises:
      ValueError: they are of another type or shape, or there are none.
    """
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(
            "images must be uint8 [B, H, W, 3], and are "
            f"{images.dtype} {list(images.shape)}"
        )
    if not images.size:
        raise ValueError(f"images of shape {list(images.shape)} hold no pixel")
    return _predict(model, "serving_default", images=images)


def encoded_request(
    model: Model, files: Sequence[bytes]
) -> protos.predict_pb2.PredictRequest:
    """The same of JPEG or PNG files of any sizes.

    Raises:
      ValueError: there are none.
    """
    return _predict(model, _ENCODED, image_bytes=_files(files))


def transfer_request(
    model: Model, poses: Sequence[bytes], looks: Sequence[bytes]
) -> protos.predict_pb2.PredictRequest:
    """Asks for the first pictures' poses with the second ones' looks.

    Raises:
      ValueError: there are none, or not as many of both.
    """
    if len(poses) != len(looks):
        raise ValueError(
            f"{len(poses)} poses and {len(looks)} looks are no pairs"
        )
    return _predict(
        model,
        _TRANSFER,
        image_bytes=_files(poses),
        appearance_bytes=_files(looks),
    )


def landmarks_request(model: Model) -> protos.predict_pb2.PredictRequest:
    """Asks what the landmarks are."""
    return _predict(model, _LANDMARKS, index=np.zeros(1, np.int32))


def status_request(
    model: Model,
) -> protos.get_model_status_pb2.GetModelStatusRequest:
    """Asks which versions there are."""
    request = protos.get_model_status_pb2.GetModelStatusRequest()
    model.fill(request.model_spec)
    return request


def _files(files: Sequence[bytes]) -> np.ndarray:
    if not files:
        raise ValueError("there is no file to detect in")
    return np.array(list(files), object)


def _predict(model, signature, **inputs) -> protos.predict_pb2.PredictRequest:
    request = protos.predict_pb2.PredictRequest()
    model.fill(request.model_spec)
    request.model_spec.signature_name = signature
    for name, array in inputs.items():
        request.inputs[name].CopyFrom(tensors.to_proto(array))
    return request


def read_detections(response) -> Detections:
    """The answer to `images_request` and `encoded_request`."""
    return Detections(
        tensors.to_array(response.outputs["keypoints"]),
        tensors.to_array(response.outputs["confidence"]),
        response.model_spec.version.value,
    )


def read_pictures(response) -> list[bytes]:
    """The answer to `transfer_request`: PNG files."""
    return tensors.to_array(response.outputs["image_bytes"]).tolist()


def read_landmarks(response) -> Landmarks:
    """The answer to `landmarks_request`."""
    outputs = {
        name: tensors.to_array(tensor)[0]
        for name, tensor in response.outputs.items()
    }
    return Landmarks(
        tuple(name.decode() for name in outputs["names"]),
        tuple((int(a), int(b)) for a, b in outputs["edges"]),
        int(outputs["image_size"]),
    )


def read_status(response) -> list[VersionState]:
    """The answer to `status_request`, the newest version first."""
    states = protos.get_model_status_pb2.ModelVersionStatus.State
    return [
        VersionState(
            version.version,
            states.Name(version.state),
            version.status.error_message,
        )
        for version in sorted(
            response.model_version_status, key=lambda v: -v.version
        )
    ]


def is_of_joined_sizes(error: ServingError) -> bool:
    """Whether TF-Serving joined pictures of different sizes, and could not.

    It joins all requests of a signature; with `encoded` any sizes will do.
    """
    return (
        error.code == grpc.StatusCode.FAILED_PRECONDITION
        and "different shapes and padding is turned off" in str(error)
    )


def closed(address: str) -> ServingError:
    """What calls of a client that was closed end with."""
    return ServingError(
        f"the client of the server at {address} was closed; make another",
        grpc.StatusCode.CANCELLED,
    )


def explain(
    error: grpc.RpcError, address: str, model: Model, deadline: float
) -> ServingError:
    """gRPC's error as a sentence that says what to do."""
    code, details = error.code(), error.details() or "no reason given"
    if code in _WHEN_BUSY and any(words in details for words in _BUSY):
        sentence = (
            f"the server at {address} is busy ({details}); send fewer requests "
            "at a time"
        )
        return ServingError(sentence, code)
    sentence = {
        grpc.StatusCode.UNAVAILABLE: (
            f"no server answers at {address} ({details}); start one there, or "
            "correct the address or the TLS settings"
        ),
        grpc.StatusCode.DEADLINE_EXCEEDED: (
            f"the server at {address} did not answer within {deadline:g} s; "
            "allow more time, or send smaller batches"
        ),
        grpc.StatusCode.NOT_FOUND: (
            f"the server at {address} does not serve {model} ({details}); "
            "correct the model's name or version"
        ),
        grpc.StatusCode.RESOURCE_EXHAUSTED: (
            f"the request was too much for the server at {address} "
            f"({details}); send smaller batches or pictures"
        ),
    }.get(code, f"the server at {address} refused the request: {details}")
    return ServingError(sentence, code)
