"""What is held of answers, by a server that has large ones."""

import contextlib
import time
from concurrent import futures

import grpc
import pytest
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving.local import interception
from serving.local import metrics
from serving.local import room
from tests.serving.local import raw_connections

_SIZE = 10**6


class _Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    def Predict(self, request, context):
        response = predict_pb2.PredictResponse()
        response.outputs["large"].string_val.append(bytes(_SIZE))
        return response


@pytest.fixture
def port():
    counting = metrics.Metrics(lambda name: True)
    server = grpc.server(
        futures.ThreadPoolExecutor(8),
        interceptors=[interception.Answering(counting)],
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _Service(), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(0).wait()


def test_answers_that_are_not_read_have_no_more_than_the_room(
    port, monkeypatch
):
    monkeypatch.setattr(room, "_MOST_BYTES", int(3.5 * _SIZE))
    with contextlib.ExitStack() as stack:
        deaf = [raw_connections.connect(port) for _ in range(3)]
        for connection in deaf:
            raw_connections.start_call(connection)
            raw_connections.send_part(connection, b"", 0)
        channel = stack.enter_context(
            grpc.insecure_channel(f"127.0.0.1:{port}")
        )
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        _wait_for_code(stub, grpc.StatusCode.RESOURCE_EXHAUSTED)
        for connection in deaf:
            raw_connections.reset(connection)
        _wait_for_code(stub, grpc.StatusCode.OK)
        # What is read gives its room back.
        for _ in range(8):
            _wait_for_code(stub, grpc.StatusCode.OK)


def _wait_for_code(stub, code):
    end = time.monotonic() + 60
    while True:
        call = stub.Predict.future(predict_pb2.PredictRequest(), timeout=60)
        if call.code() == code:
            return
        assert time.monotonic() < end, f"no {code} within a minute"
        time.sleep(0.1)
