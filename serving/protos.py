"""TF-Serving's messages and services, without TensorFlow.

tensorflow-serving-api's modules import messages of TensorFlow's, and to import
those runs TensorFlow's own start-up: seconds, and hundreds of megabytes. The
messages need nothing of it, so while they are imported an empty package stands
in its place.
"""

import contextlib
import importlib
import importlib.util
import sys
import types
from collections.abc import Iterator

from google.protobuf import descriptor
from google.protobuf import descriptor_pool


@contextlib.contextmanager
def _tensorflow_not_started() -> Iterator[None]:
    if "tensorflow" in sys.modules:
        yield
        return
    folders = importlib.util.find_spec("tensorflow").submodule_search_locations
    stand_in = types.ModuleType("tensorflow")
    stand_in.__path__ = list(folders)
    sys.modules["tensorflow"] = stand_in
    try:
        yield
    finally:
        del sys.modules["tensorflow"]


with _tensorflow_not_started():
    from tensorflow.core.framework import tensor_pb2
    from tensorflow.core.framework import types_pb2
    from tensorflow_serving.apis import get_model_metadata_pb2
    from tensorflow_serving.apis import get_model_status_pb2
    from tensorflow_serving.apis import model_service_pb2_grpc
    from tensorflow_serving.apis import predict_pb2
    from tensorflow_serving.apis import prediction_service_pb2_grpc

__all__ = [
    "get_model_metadata_pb2",
    "get_model_status_pb2",
    "model_service_pb2_grpc",
    "predict_pb2",
    "prediction_service_pb2_grpc",
    "tensor_pb2",
    "types_pb2",
]


def service_file(name: str) -> descriptor.FileDescriptor:
    """What a file of TF-Serving's .proto files says, and what it imports.

    Args:
      name: of the file, "prediction_service" or "model_service".
    """
    # tensorflow-serving-api's modules of these two set options that protobuf 4
    # has made read-only, and fail; by then their file is in the pool.
    with _tensorflow_not_started(), contextlib.suppress(AttributeError):
        importlib.import_module(f"tensorflow_serving.apis.{name}_pb2")
    file = f"tensorflow_serving/apis/{name}.proto"
    return descriptor_pool.Default().FindFileByName(file)
