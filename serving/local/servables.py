"""One version of a model in memory: loaded, warmed up, ready to compute."""

import itertools
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2

from serving.local import batching
from serving.local import prediction

_SAVED_MODEL = "saved_model.pb"
_WARMUP = "assets.extra/tf_serving_warmup_requests"
_MOST_WARMUP_REQUESTS = 1000

Signature = Callable[..., Mapping[str, tf.Tensor]]


class Servable:
    """A SavedModel behind its signatures.

    Attributes:
      version: its number.
      signature_defs: of the SavedModel, by name.
    """

    def __init__(
        self,
        version: int,
        path: pathlib.Path,
        batch: batching.Parameters | None = None,
        warm_up: bool = True,
    ):
        """Loads it, and answers its warm-up requests.

        Args:
          version: its number.
          path: of the version's folder.
          batch: how requests are joined; None: each runs alone.
          warm_up: whether to answer the requests that lie in the folder.

        Raises:
          Exception: whatever TensorFlow raises where it cannot be loaded, or
            where a request that lies in the folder fails.
        """
        self.version = version
        self.signature_defs = _read_signature_defs(path)
        # Kept: a signature's variables live as long as what was loaded.
        self._loaded = tf.saved_model.load(str(path))
        self._signatures: dict[str, Signature] = {
            name: batching.Batcher(signature, batch)
            if batch
            else batching.Alone(signature)
            for name, signature in self._loaded.signatures.items()
        }
        if warm_up:
            for request in _warmup_requests(path):
                self.predict(request)

    def predict(
        self, request: predict_pb2.PredictRequest
    ) -> predict_pb2.PredictResponse:
        """Answers a request, whatever model it names.

        Raises:
          refusals.Refusal: it is wrong, or could not be computed.
        """
        name = request.model_spec.signature_name or "serving_default"
        definition = prediction.find_signature(self.signature_defs, name)
        inputs = prediction.read_inputs(request, definition)
        wanted = prediction.read_output_filter(request, definition)
        outputs = prediction.compute(self._signatures[name], inputs)
        response = predict_pb2.PredictResponse()
        response.model_spec.version.value = self.version
        response.model_spec.signature_name = name
        for output in wanted:
            response.outputs[output].CopyFrom(
                prediction.write_output(outputs[output])
            )
        return response


def _read_signature_defs(
    path: pathlib.Path,
) -> dict[str, meta_graph_pb2.SignatureDef]:
    saved_model = saved_model_pb2.SavedModel.FromString(
        (path / _SAVED_MODEL).read_bytes()
    )
    return {
        name: definition
        for name, definition in saved_model.meta_graphs[0].signature_def.items()
        if not name.startswith("__")
    }


def _warmup_requests(
    path: pathlib.Path,
) -> Iterator[predict_pb2.PredictRequest]:
    file = path / _WARMUP
    if not file.exists():
        return
    records = tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
    for record in itertools.islice(records, _MOST_WARMUP_REQUESTS):
        log = prediction_log_pb2.PredictionLog.FromString(record)
        yield log.predict_log.request
    if next(records, None) is not None:
        raise ValueError(f"{file} has over {_MOST_WARMUP_REQUESTS} requests")
