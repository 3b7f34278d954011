"""Those who watch a server's health, and leave when it changes."""

import contextlib
import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1 import health_pb2_grpc

from serving.local import health
from serving.local import server as server_library

_STATES = health_pb2.HealthCheckResponse
_CLIENTS = 8
_SECONDS = 60  # in which what does not hang must be done
_CHURN_SECONDS = 3


@pytest.fixture
def server():
    """Without a model, and so not ready; the test stops it."""
    running = server_library.Server([], server_library.Options(port=0))
    yield running
    _stop(running)


@pytest.fixture
def stubs(server):
    """Each of a connection of its own."""
    apart = [("grpc.use_local_subchannel_pool", 1)]
    with contextlib.ExitStack() as stack:
        yield [
            health_pb2_grpc.HealthStub(
                stack.enter_context(
                    grpc.insecure_channel(
                        f"127.0.0.1:{server.port}", options=apart
                    )
                )
            )
            for _ in range(_CLIENTS)
        ]


def _stop(server):
    stopping = threading.Thread(target=server.stop, daemon=True)
    start = time.monotonic()
    stopping.start()
    stopping.join(_SECONDS)
    assert not stopping.is_alive(), "the server does not end"
    return time.monotonic() - start


def _watch(stub, service=""):
    return stub.Watch(
        health_pb2.HealthCheckRequest(service=service), timeout=4 * _SECONDS
    )


def _run(*targets):
    threads = [threading.Thread(target=t, daemon=True) for t in targets]
    for thread in threads:
        thread.start()
    return threads


def _join(threads):
    end = time.monotonic() + _SECONDS
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads), "it hangs"


def test_the_end_is_told_to_all_who_watch_and_waits_for_none(server, stubs):
    watched = [_watch(stub) for stub in stubs for _ in range(2)]
    unknown = _watch(stubs[0], "x")
    server._health.tell(True)
    for each in watched:
        while next(each).status != _STATES.SERVING:
            pass
    assert next(unknown).status == _STATES.SERVICE_UNKNOWN
    assert _stop(server) < server_library._GRACE / 2
    for each in watched:
        assert [s.status for s in each] == [_STATES.NOT_SERVING]
    assert not list(unknown)


def test_many_can_leave_at_the_moment_of_a_change(server, stubs):
    def leave_at_a_change(stub):
        watched = _watch(stub)
        next(watched)
        begun.wait()
        next(watched)
        watched.cancel()

    for is_ready in (True, False, True):
        begun = threading.Barrier(2 * _CLIENTS + 1)
        leaving = _run(*(lambda s=s: leave_at_a_change(s) for s in stubs * 2))
        begun.wait(_SECONDS)
        telling = _run(lambda r=is_ready: server._health.tell(r))
        _join(leaving + telling)


def test_some_can_begin_and_leave_while_the_state_changes(server, stubs):
    end = time.monotonic() + _CHURN_SECONDS

    def begin_and_leave(stub):
        while time.monotonic() < end:
            watched = _watch(stub)
            next(watched)
            watched.cancel()

    def change():
        is_ready = True
        while time.monotonic() < end:
            server._health.tell(is_ready)
            is_ready = not is_ready

    _join(_run(change, *(lambda s=s: begin_and_leave(s) for s in stubs)))


def test_an_unknown_service_is_watched_and_its_name_not_kept(server, stubs):
    for i in range(100):
        watched = _watch(stubs[0], f"{i}" * 1000)
        assert next(watched).status == _STATES.SERVICE_UNKNOWN
        watched.cancel()
    end = time.monotonic() + _SECONDS
    while server._health._watchers:
        assert time.monotonic() < end, "those who left are kept"
        time.sleep(0.01)
    kept = [v for v in vars(server._health).values() if hasattr(v, "__len__")]
    assert not any(kept)


def test_too_many_who_watch_are_told_to_check(monkeypatch, stubs):
    monkeypatch.setattr(health, "_MOST_WATCHERS", 2)
    watched = [_watch(stubs[0]) for _ in range(2)]
    assert [next(each).status for each in watched] == [_STATES.NOT_SERVING] * 2
    with pytest.raises(grpc.RpcError) as caught:
        next(_watch(stubs[1]))
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caught.value.details().startswith("2 watch the server's health")
    answer = stubs[1].Check(health_pb2.HealthCheckRequest(), timeout=_SECONDS)
    assert answer.status == _STATES.NOT_SERVING


def test_a_watch_of_bytes_that_are_no_message_is_refused(server):
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")
        with pytest.raises(grpc.RpcError) as caught:
            next(watch(b"\xff", timeout=_SECONDS))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "no request of this method" in caught.value.details()
