"""Warm-up requests, with a model that counts what it was asked."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2

from serving.local import model_versions
from serving.local import refusals
from serving.local import servables
from serving.local import server as server_library


class _Counter(tf.Module):
    """Answers how many requests there were before."""

    def __init__(self):
        self.count = tf.Variable(0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def ask(self, x):
        before = self.count.read_value()
        with tf.control_dependencies([before, self.count.assign_add(1)]):
            return {"before": tf.fill(tf.shape(x), before)}


def _request(dtype=np.float32):
    request = predict_pb2.PredictRequest()
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(np.zeros(1, dtype)))
    return request


def _save(base_path, requests):
    """A version with these warm-up requests."""
    folder = base_path / "1"
    counter = _Counter()
    tf.saved_model.save(counter, str(folder), signatures=counter.ask)
    (folder / "assets.extra").mkdir()
    file = folder / "assets.extra/tf_serving_warmup_requests"
    with tf.io.TFRecordWriter(str(file)) as writer:
        for request in requests:
            log = prediction_log_pb2.PredictLog(request=request)
            writer.write(
                prediction_log_pb2.PredictionLog(
                    predict_log=log
                ).SerializeToString()
            )
    return folder


def _before(servable):
    return servable.predict(_request()).outputs["before"].int_val[0]


def test_requests_in_the_folder_are_answered_before_others(tmp_path):
    folder = _save(tmp_path, [_request()] * 3)
    assert _before(servables.Servable(1, folder)) == 3
    assert _before(servables.Servable(1, folder, warm_up=False)) == 0


def test_there_is_a_most_of_requests(tmp_path, monkeypatch):
    monkeypatch.setattr(servables, "_MOST_WARMUP_REQUESTS", 5)
    folder = _save(tmp_path / "most", [_request()] * 5)
    assert _before(servables.Servable(1, folder)) == 5
    folder = _save(tmp_path / "more", [_request()] * 6)
    with pytest.raises(ValueError, match="has over 5 requests"):
        servables.Servable(1, folder)


def test_a_version_whose_request_fails_is_not_served(tmp_path):
    _save(tmp_path, [_request(), _request(np.int32)])
    server = server_library.Server(
        [model_versions.Settings("counter", tmp_path)],
        server_library.Options(port=0),
    )
    (status,) = server.models.find("counter").status(None)
    server.stop()
    assert status.state == model_versions.State.END
    assert status.status.error_code == grpc.StatusCode.UNKNOWN.value[0]
    assert "input 'x' must be float32, and is int32" in (
        status.status.error_message
    )
    with pytest.raises(refusals.Refusal, match="Servable not found"):
        server.models.find_servable("counter", None, None)
