"""Small servers that answer as a test says, in place of a model."""

import concurrent.futures
import contextlib
from collections.abc import Callable
from collections.abc import Iterator

import grpc
import numpy as np

from serving import protos
from serving import tensors

NAMES = ("head", "left_hand", "right_hand")

_TYPES = protos.types_pb2
SIGNATURES = {  # that are offered
    "serving_default": (
        {"images": _TYPES.DT_UINT8},
        ("keypoints", "confidence"),
    ),
    "encoded": (
        {"image_bytes": _TYPES.DT_STRING},
        ("keypoints", "confidence"),
    ),
    "landmarks": (
        {"index": _TYPES.DT_INT32},
        ("names", "edges", "image_size"),
    ),
}


class Service(protos.prediction_service_pb2_grpc.PredictionServiceServicer):
    """PredictionService of a landmark detector.

    Attributes:
      signatures: of the Predict requests that came, in order.
    """

    def __init__(self, detect: Callable, name: Callable):
        """Keeps what answers: functions of a request and its context."""
        self._detect, self._name = detect, name
        self.signatures: list[str] = []

    def Predict(self, request, context):
        """Answers a request as the test says."""
        signature = request.model_spec.signature_name
        self.signatures.append(signature)
        answer = self._name if signature == "landmarks" else self._detect
        return answer(request, context)

    def GetModelMetadata(self, request, context):
        """The signatures of every landmark detector."""
        offered = protos.get_model_metadata_pb2.SignatureDefMap()
        for name, (inputs, outputs) in SIGNATURES.items():
            definition = offered.signature_def[name]
            for key, dtype in inputs.items():
                definition.inputs[key].dtype = dtype
            for key in outputs:
                definition.outputs[key].name = key
        response = protos.get_model_metadata_pb2.GetModelMetadataResponse()
        response.metadata["signature_def"].Pack(offered)
        return response


def detections(
    version: int = 1, landmarks: int = len(NAMES)
) -> protos.predict_pb2.PredictResponse:
    """An answer for one picture; its landmarks are at (version, version)."""
    return _response(
        version,
        keypoints=np.full((1, landmarks, 2), version, np.float32),
        confidence=np.full((1, landmarks), 0.5, np.float32),
    )


def landmarks(
    version: int = 1, names: tuple[str, ...] = NAMES
) -> protos.predict_pb2.PredictResponse:
    """An answer to what the landmarks are."""
    return _response(
        version,
        names=np.array([[name.encode() for name in names]], object),
        edges=np.array([[[0, 1], [0, 2]]], np.int32),
        image_size=np.array([8], np.int32),
    )


def _response(version: int, **outputs) -> protos.predict_pb2.PredictResponse:
    response = protos.predict_pb2.PredictResponse()
    response.model_spec.version.value = version
    for name, array in outputs.items():
        response.outputs[name].CopyFrom(tensors.to_proto(array))
    return response


@contextlib.contextmanager
def serve(
    detect: Callable = lambda request, context: detections(),
    name: Callable = lambda request, context: landmarks(),
) -> Iterator[tuple[str, Service]]:
    """Yields HOST:PORT of a server, and what it is asked.

    Args:
      detect: answers what asks for landmarks in pictures.
      name: answers what asks for their names.
    """
    service = Service(detect, name)
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    protos.prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        service, server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", service
    finally:
        server.stop(0)
