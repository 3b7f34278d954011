"""PredictionService, ModelService and grpc.health.v1.

They raise refusals; `interception` makes gRPC's errors of them.
"""

import grpc
from google.protobuf import any_pb2
from grpc_health.v1 import health_pb2_grpc
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving.local import configuration
from serving.local import health
from serving.local import models as served_models
from serving.local import refusals

_SIGNATURE_DEF = "signature_def"


def find(models: served_models.Models, spec):
    """The servable that a request's ModelSpec means."""
    label = spec.version_label or None
    return models.find_servable(spec.name, version_of(spec), label)


def version_of(spec) -> int | None:
    """The version that a ModelSpec asks for by its number."""
    return spec.version.value if spec.HasField("version") else None


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict and GetModelMetadata."""

    def __init__(self, models: served_models.Models):
        """Keeps the models."""
        self._models = models

    def Predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Answers with a signature's outputs."""
        del context
        servable = find(self._models, request.model_spec)
        response = servable.predict(request)
        response.model_spec.name = request.model_spec.name
        return response

    def GetModelMetadata(
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        context: grpc.ServicerContext,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """Answers with the signatures."""
        del context
        return metadata(self._models, request)


def metadata(
    models: served_models.Models,
    request: get_model_metadata_pb2.GetModelMetadataRequest,
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """The signatures of a model.

    Raises:
      refusals.Refusal: something else is asked for, or of no model.
    """
    if list(request.metadata_field) != [_SIGNATURE_DEF]:
        raise refusals.invalid(
            f"metadata_field must be [{_SIGNATURE_DEF!r}], and is "
            f"{list(request.metadata_field)}"
        )
    servable = find(models, request.model_spec)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    for name, definition in servable.signature_defs.items():
        signatures.signature_def[name].CopyFrom(definition)
    packed = any_pb2.Any()
    packed.Pack(signatures)
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    response.model_spec.name = request.model_spec.name
    response.model_spec.version.value = servable.version
    response.metadata[_SIGNATURE_DEF].CopyFrom(packed)
    return response


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus and HandleReloadConfigRequest."""

    def __init__(self, models: served_models.Models):
        """Keeps the models."""
        self._models = models

    def GetModelStatus(
        self,
        request: get_model_status_pb2.GetModelStatusRequest,
        context: grpc.ServicerContext,
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Answers with the state of each version."""
        del context
        spec = request.model_spec
        model = self._models.find(spec.name)
        return get_model_status_pb2.GetModelStatusResponse(
            model_version_status=model.status(version_of(spec))
        )

    def HandleReloadConfigRequest(
        self,
        request: model_management_pb2.ReloadConfigRequest,
        context: grpc.ServicerContext,
    ) -> model_management_pb2.ReloadConfigResponse:
        """Serves the models of a new configuration, and no others."""
        del context
        settings = configuration.models_of(request.config)
        self._models.configure(settings, must_load=True)
        return model_management_pb2.ReloadConfigResponse()


def add(
    server: grpc.Server,
    models: served_models.Models,
    health_service: health.Health,
) -> None:
    """Adds all services to a server."""
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(models), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        ModelService(models), server
    )
    health_pb2_grpc.add_HealthServicer_to_server(health_service, server)
