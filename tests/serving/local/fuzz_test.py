"""10,000 malformed requests: no crash, no leak, and answers in between."""

import collections
import http.client
import json
import pathlib
from typing import NamedTuple

import grpc
import hypothesis
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc

from tests.serving import exported_models
from tests.serving import made_requests
from tests.serving import server_processes
from tests.serving.local import malformed

_REQUESTS = 10_000
_WARM_UP = 2_000  # of them, after which nothing may grow
_BATCH = 100  # requests, after which a good one is asked

_MOST_MEGABYTES = 64  # that memory may grow by: what allocators keep
_MOST_THREADS = _MOST_FILES = 8

_CODES = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
}
_STATUSES = {200, 400, 404, 405}
_INSIDES = ("Traceback", 'File "', ".py", ".cc:", "site-packages")


class _Usage(NamedTuple):
    megabytes: float
    threads: int
    files: int


def _usage(pid: int) -> _Usage:
    process = pathlib.Path(f"/proc/{pid}")
    return _Usage(
        server_processes.resident_megabytes(pid),
        len(list((process / "task").iterdir())),
        len(list((process / "fd").iterdir())),
    )


class _Asker:
    """Sends requests, and judges the answers."""

    def __init__(self, server: server_processes.Process):
        self._channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )
        self._rest = http.client.HTTPConnection(
            "127.0.0.1", server.rest_port, timeout=60
        )
        self._right = made_requests.images()
        self._expected = self._ask_right()
        self.outcomes = collections.Counter()

    def close(self) -> None:
        self._channel.close()
        self._rest.close()

    def ask(self, request: malformed.Grpc | malformed.Rest) -> None:
        is_grpc = isinstance(request, malformed.Grpc)
        outcome, said = (self._ask_grpc if is_grpc else self._ask_rest)(request)
        assert outcome in (_CODES if is_grpc else _STATUSES), said
        if outcome not in (grpc.StatusCode.OK, 200):
            assert said.strip()
            assert not any(each in said for each in _INSIDES), said
        self.outcomes[outcome] += 1
        if self.outcomes.total() % _BATCH == 0:
            assert self._ask_right() == self._expected

    def _ask_grpc(self, request: malformed.Grpc):
        try:
            # A stream's first answer is enough: Watch has no end.
            answers = self._channel.unary_stream(request.method)(
                request.message, timeout=60
            )
            next(answers)
            answers.cancel()
        except grpc.RpcError as error:
            return error.code(), error.details()
        return grpc.StatusCode.OK, ""

    def _ask_rest(self, request: malformed.Rest):
        method = "GET" if request.body is None else "POST"
        self._rest.request(method, request.path, request.body)
        response = self._rest.getresponse()
        answer = json.loads(response.read())
        return response.status, answer.get("error", "")

    def _ask_right(self):
        return self._stub.Predict(self._right, timeout=60).outputs["keypoints"]


def _fuzz(asker: _Asker, count: int, seed: int) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(malformed.REQUESTS)
    def ask(request):
        asker.ask(request)

    ask()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("models") / exported_models.NAME
    exported_models.add_version(base_path, 1)
    with server_processes.start(base_path) as running:
        yield running


def test_malformed_requests_neither_break_the_server_nor_leak(server):
    asker = _Asker(server)
    _fuzz(asker, _WARM_UP, seed=1)
    before = _usage(server.process.pid)
    _fuzz(asker, _REQUESTS - _WARM_UP, seed=2)
    after = _usage(server.process.pid)
    asker.close()
    print(asker.outcomes, before, after)  # pytest shows it where it fails.
    assert asker.outcomes.total() >= _REQUESTS
    assert {grpc.StatusCode.OK, 200} < set(asker.outcomes)
    assert after.megabytes - before.megabytes < _MOST_MEGABYTES
    assert after.threads - before.threads <= _MOST_THREADS
    assert after.files - before.files <= _MOST_FILES
