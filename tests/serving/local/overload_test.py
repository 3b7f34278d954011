"""Too much, too slow, too late, and gone: the local server goes on."""

import base64
import contextlib
import gzip
import http.client
import io
import json
import re
import threading
import time
import urllib.request
from concurrent import futures

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1 import health_pb2_grpc
from PIL import Image
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import client
from serving import messages
from serving.local import batching
from serving.local import rest_service
from serving.local import room
from serving.local import server as server_library
from tests.serving import exported_models
from tests.serving import made_requests
from tests.serving.local import raw_connections

_IMAGES = exported_models.IMAGES
_PATH = f"/v1/models/{exported_models.NAME}:predict"
_ROWS = {"instances": _IMAGES[:1].tolist()}
_BODY = len(json.dumps(_ROWS))
_LIMIT = 200_000  # bytes of a message
_SLOW_CLIENTS = 20


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("models") / exported_models.NAME
    exported_models.add_version(base_path, 1)
    return base_path


@contextlib.contextmanager
def _serve(base_path, **options):
    server = exported_models.serve(base_path, **options)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def server(base_path):
    with _serve(base_path, max_message_bytes=_LIMIT) as server:
        yield server


@contextlib.contextmanager
def _connect(server):
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture
def stub(server):
    with _connect(server) as stub:
        yield stub


def _images(count, side=40):
    return made_requests.images(images=np.zeros((count, side, side, 3), "u1"))


def _assert_answers(stub):
    assert stub.Predict(made_requests.images(), timeout=60).outputs


def _wait_for_answer(stub):
    end = time.monotonic() + 60
    while True:
        try:
            return _assert_answers(stub)
        except grpc.RpcError:
            assert time.monotonic() < end, "no answer within a minute"
            time.sleep(0.1)


def _rest(server, content=_ROWS, where=exported_models.NAME):
    address = f"127.0.0.1:{server.rest_port}"
    return made_requests.predict_rest(address, content, where)


def _counted(server):
    """How many requests there were, by model and status."""
    url = f"http://127.0.0.1:{server.rest_port}/monitoring/prometheus/metrics"
    with urllib.request.urlopen(url, timeout=60) as page:
        found = re.findall(
            r'request_count{model_name="(\w+)",status="(\w+)"} (.*)',
            page.read().decode(),
        )
    return {(model, status): float(count) for model, status, count in found}


@pytest.fixture(scope="module")
def slow_file():
    """A small PNG that takes some tenths of a second to be decoded."""
    file = io.BytesIO()
    Image.new("RGB", (3000, 3000)).save(file, "PNG")
    return file.getvalue()


def test_a_deadline_that_is_too_short_is_told_and_the_next_is_answered(
    stub, slow_file
):
    slow = messages.encoded_request(made_requests.MODEL, [slow_file])
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(slow, timeout=0.01)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    _assert_answers(stub)


def test_a_request_that_was_computed_too_late_is_counted_as_that(
    server, stub, slow_file
):
    slow = messages.encoded_request(made_requests.MODEL, [slow_file])
    stub.Predict(slow, timeout=60)
    before = _counted(server)
    with pytest.raises(grpc.RpcError):
        stub.Predict(slow, timeout=0.05)
    end = time.monotonic() + 60
    while (now := _counted(server)) == before:
        assert time.monotonic() < end, "it was not counted within a minute"
        time.sleep(0.05)
    (changed,) = [each for each in now if now[each] != before.get(each)]
    assert changed == ("puppets", "DEADLINE_EXCEEDED")


def test_requests_that_are_refused_are_counted_as_they_are_told(
    base_path, monkeypatch
):
    with (
        _serve(base_path, max_message_bytes=_LIMIT) as server,
        _connect(server) as stub,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        monkeypatch.setattr(room, "_MOST_BYTES", 100)
        assert _rest(server)[0] == 429
        predict = channel.unary_unary(made_requests.PREDICT)
        codes = [_code_of(stub.Predict, made_requests.images())]
        monkeypatch.undo()
        codes.append(_code_of(predict, b"\xff"))
        other = made_requests.with_spec(version=9)
        codes.append(_code_of(stub.Predict, other))
        assert [code.name for code in codes] == [
            "RESOURCE_EXHAUSTED",
            "INVALID_ARGUMENT",
            "NOT_FOUND",
        ]
        assert _rest(server, b" " * (_LIMIT + 1))[0] == 429
        assert _rest(server, where="puppets/versions/9")[0] == 404
        assert _rest(server, where="cats")[0] == 404
        assert _counted(server) == {
            ("puppets", "RESOURCE_EXHAUSTED"): 2,
            ("puppets", "NOT_FOUND"): 2,
            ("unknown", "RESOURCE_EXHAUSTED"): 1,
            ("unknown", "INVALID_ARGUMENT"): 1,
            ("unknown", "NOT_FOUND"): 1,
        }


def _code_of(ask, request):
    with pytest.raises(grpc.RpcError) as caught:
        ask(request, timeout=60)
    return caught.value.code()


def test_the_client_says_what_a_deadline_was(server, slow_file):
    address = f"127.0.0.1:{server.port}"
    with client.Client(
        address, made_requests.MODEL, deadline=0.01
    ) as connected:
        with pytest.raises(messages.ServingError) as caught:
            connected.detect_files([slow_file])
    assert caught.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert "did not answer within 0.01 s; allow more time" in str(caught.value)


def test_rest_has_a_time_limit_too(base_path):
    with _serve(base_path, rest_timeout=1e-6) as server:
        status, answer = _rest(server)
        assert status == 504 and "in time" in answer["error"]
        assert _counted(server) == {("puppets", "DEADLINE_EXCEEDED"): 1}
        with _connect(server) as stub:
            _assert_answers(stub)


def test_a_message_past_the_limit_is_refused_and_the_next_is_answered(stub):
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(_images(1, side=400), timeout=60)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in caught.value.details()
    _assert_answers(stub)


def test_a_message_that_unpacks_past_the_limit_is_refused(stub):
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(
            _images(1, side=400), timeout=60, compression=grpc.Compression.Gzip
        )
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    _assert_answers(stub)


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b" " * (_LIMIT + 1), "identity", 429),
        (gzip.compress(b" " * (_LIMIT + 1)), "gzip", 429),
        (b"no gzip", "gzip", 400),
        (gzip.compress(json.dumps(_ROWS).encode()), "gzip", 200),
    ],
)
def test_bodies_of_rest_have_the_same_limit(server, body, encoding, status):
    connection = http.client.HTTPConnection("127.0.0.1", server.rest_port)
    headers = {"Content-Encoding": encoding}
    connection.request("POST", _PATH, body, headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    assert response.status == status, answer
    assert answer.get("error") or answer.get("predictions")
    connection.close()
    assert _rest(server)[0] == 200


@pytest.fixture
def small_server(base_path):
    """With a queue of a batch, and a batch of a file."""
    small = batching.Parameters(
        max_batch_size=1,
        batch_timeout_micros=0,
        max_enqueued_batches=1,
        num_batch_threads=1,
    )
    with _serve(base_path, batch=small) as server:
        yield server


def test_a_flood_past_the_queue_is_answered_or_told_to_come_later(
    small_server, slow_file
):
    request = messages.encoded_request(made_requests.MODEL, [slow_file])
    with _connect(small_server) as stub:
        expected = stub.Predict(request, timeout=60).outputs["keypoints"]
        calls = [stub.Predict.future(request, timeout=60) for _ in range(50)]
        codes = [call.code() for call in calls]
        unavailable = grpc.StatusCode.UNAVAILABLE
        assert set(codes) == {grpc.StatusCode.OK, unavailable}
        for call, code in zip(calls, codes, strict=True):
            if code == unavailable:
                assert "queue" in call.details()
            else:
                assert call.result().outputs["keypoints"] == expected
        after = stub.Predict(request, timeout=60).outputs["keypoints"]
        assert after == expected


def test_rest_tells_of_a_full_queue_too(small_server, slow_file):
    encoded = {"b64": base64.b64encode(slow_file).decode()}
    content = {"signature_name": "encoded", "instances": [encoded]}
    with futures.ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(_rest, small_server, content) for _ in range(20)]
    answers = [each.result() for each in asked]
    assert {status for status, _ in answers} == {200, 503}
    errors = [answer["error"] for status, answer in answers if status == 503]
    assert all("queue" in error for error in errors)


def test_a_client_comes_again_until_a_full_queue_has_room(
    small_server, slow_file
):
    with client.Client(
        f"127.0.0.1:{small_server.port}", made_requests.MODEL, deadline=120
    ) as connected:
        files = [[slow_file]] * 20
        found = list(client.in_order(connected.detect_files, files, 10))
    assert len(found) == 20
    for each in found:
        np.testing.assert_array_equal(each.keypoints, found[0].keypoints)
    assert ("puppets", "UNAVAILABLE") in _counted(small_server)


@contextlib.contextmanager
def _slow_connections(port):
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(raw_connections.connect(port))
            for _ in range(_SLOW_CLIENTS)
        ]


def test_slow_clients_keep_nobody_from_answers_and_are_cut_off(base_path):
    soon = (
        ("grpc.max_connection_age_ms", 1000),
        ("grpc.max_connection_age_grace_ms", 1000),
        ("grpc.server_handshake_timeout_ms", 1000),
    )
    message = made_requests.images().SerializeToString()
    with (
        _serve(base_path, channel_arguments=soon) as server,
        _slow_connections(server.port) as slow,
        client.Client(
            f"127.0.0.1:{server.port}", made_requests.MODEL, deadline=60
        ) as connected,
    ):
        for i, connection in enumerate(slow):
            if i % 3:  # Others say nothing at all.
                raw_connections.start_call(connection)
            if i % 3 == 2:
                raw_connections.send_part(
                    connection, message[:100], len(message)
                )
        assert connected.detect(_IMAGES).keypoints.size
        for connection in slow:
            raw_connections.read_to_end(connection)
        # Past the end of its own connection, too.
        assert connected.detect(_IMAGES).keypoints.size


def test_calls_past_the_limit_are_refused_at_once(base_path, monkeypatch):
    monkeypatch.setattr(server_library, "_THREADS", 2)
    with (
        _serve(base_path) as server,
        _slow_connections(server.port) as slow,
        _connect(server) as stub,
    ):
        for connection in slow:
            raw_connections.start_call(connection)
        with pytest.raises(grpc.RpcError) as caught:
            stub.Predict(made_requests.images(), timeout=60)
        assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        told = messages.explain(caught.value, "here", made_requests.MODEL, 60)
        assert "is busy" in str(told) and "fewer requests" in str(told)
        for connection in slow:
            raw_connections.reset(connection)
        _wait_for_answer(stub)


def test_messages_past_the_room_for_them_are_told_to_come_later(
    base_path, monkeypatch
):
    monkeypatch.setattr(room, "_MOST_BYTES", 60_000)  # Each image takes 6,000.
    with (
        _serve(base_path) as server,
        _connect(server) as stub,
        _watch(server, "s" * 50_000) as watcher,
    ):
        assert next(watcher).status  # So it is there, and stays.
        with pytest.raises(grpc.RpcError) as caught:
            stub.Predict(made_requests.images(), timeout=60)
        assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        told = messages.explain(caught.value, "here", made_requests.MODEL, 60)
        assert "is busy" in str(told) and "server's room" in str(told)
        assert _rest(server)[0] == 200
        watcher.cancel()
        _wait_for_answer(stub)
        for _ in range(4):  # More than fit at a time.
            _assert_answers(stub)


@contextlib.contextmanager
def _watch(server, service):
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        yield health_pb2_grpc.HealthStub(channel).Watch(request)


def test_slow_bodies_of_rest_are_cut_off(base_path):
    with (
        _serve(base_path, rest_timeout=3) as server,
        _connect(server) as stub,
        _slow_connections(server.rest_port) as slow,
    ):
        # The first of a size may take longer than REST allows here.
        stub.Predict(made_requests.images(images=_IMAGES[:1]), timeout=60)
        for connection in slow:
            raw_connections.start_post(connection, _PATH, 1000)
        assert _rest(server)[0] == 200
        for connection in slow:
            assert b" 504 " in raw_connections.read_to_end(connection)
        assert _rest(server)[0] == 200


def test_bodies_past_the_room_for_them_are_told_to_come_later(
    base_path, monkeypatch
):
    monkeypatch.setattr(room, "_MOST_BYTES", 60_000)
    with _serve(base_path) as server:
        slow = raw_connections.connect(server.rest_port)
        raw_connections.start_post(slow, _PATH, 100_000)
        slow.sendall(b" " * 50_000)
        _, answer = _wait_for_status(server, 429)
        assert "fill the server's room" in answer["error"]
        raw_connections.reset(slow)
        _wait_for_status(server, 200)


@pytest.fixture
def held(monkeypatch):
    """Until it is set, what REST is asked is not computed."""
    read, go_on = rest_service._read, threading.Event()

    def read_late(body, servable):
        go_on.wait(60)
        return read(body, servable)

    monkeypatch.setattr(rest_service, "_read", read_late)
    yield go_on
    go_on.set()


def test_a_body_that_is_past_its_time_has_its_room_until_it_is_computed(
    base_path, monkeypatch, held
):
    monkeypatch.setattr(room, "_MOST_BYTES", int(1.5 * _BODY))
    with _serve(base_path, rest_timeout=1) as server:
        assert _rest(server)[0] == 504
        assert _rest(server)[0] == 429
        held.set()
        _wait_for_status(server, 200)


def test_a_body_that_waits_for_a_thread_past_its_time_is_dropped(
    base_path, monkeypatch, held
):
    monkeypatch.setattr(server_library, "_THREADS", 1)
    monkeypatch.setattr(room, "_MOST_BYTES", int(2.5 * _BODY))
    with _serve(base_path, rest_timeout=1) as server:
        for _ in range(4):
            assert _rest(server)[0] == 504
        held.set()
        _wait_for_status(server, 200)


def _wait_for_status(server, status):
    end = time.monotonic() + 60
    while True:
        found = _rest(server)
        if found[0] == status:
            return found
        assert time.monotonic() < end, f"no {status} within a minute: {found}"
        time.sleep(0.1)


def test_json_is_made_of_few_large_bodies_at_a_time(base_path, monkeypatch):
    monkeypatch.setattr(rest_service, "_LARGE_BODY", 0)
    read, lock, running, most = rest_service._read, threading.Lock(), [], []

    def read_slowly(body, servable):
        with lock:
            running.append(body)
            most.append(len(running))
        time.sleep(0.1)
        with lock:
            running.pop()
        return read(body, servable)

    monkeypatch.setattr(rest_service, "_read", read_slowly)
    with _serve(base_path) as server, futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(_rest, server) for _ in range(8)]
        assert {each.result()[0] for each in asked} == {200}
    assert max(most) == 2


def test_clients_that_are_gone_leave_the_server_to_others(server, stub):
    message = made_requests.images().SerializeToString()
    for _ in range(_SLOW_CLIENTS):
        stub.Predict.future(made_requests.images(), timeout=60).cancel()
        killed = raw_connections.connect(server.port)
        raw_connections.start_call(killed)
        raw_connections.send_part(killed, message, len(message))
        raw_connections.reset(killed)
        killed = raw_connections.connect(server.rest_port)
        raw_connections.start_post(killed, _PATH, 1000)
        raw_connections.reset(killed)
    _assert_answers(stub)
    assert _rest(server)[0] == 200


def test_answers_that_are_never_read_keep_nobody_from_theirs(server, stub):
    message = made_requests.images().SerializeToString()
    with _slow_connections(server.port) as deaf:
        for connection in deaf:
            raw_connections.start_call(connection)
            raw_connections.send_part(connection, message, len(message))
        _assert_answers(stub)
