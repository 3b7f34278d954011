"""Clients of servers that refuse, are full, or join what does not fit."""

import asyncio
import concurrent.futures
import contextlib
import io
import threading
import time

import grpc
import numpy as np
import pytest
from PIL import Image

from serving import async_client
from serving import client
from serving import messages
from serving import retries
from serving import tensors
from tests.serving import scripted_servers

_MODEL = messages.Model("queue_cam")
_NOISE = np.random.default_rng(0).integers(0, 256, (1, 30, 40, 3), np.uint8)
_JOINED = (
    "Tensors with name 'serving_default_images:0' from different tasks have "
    "different shapes and padding is turned off. Set "
    "pad_variable_length_inputs to true, or ensure that all tensors with the "
    "same name have equal dimensions starting with the first dim."
)


def _ask(address, count=1, **options):
    with client.Client(address, _MODEL, **options) as connected:
        return [connected.detect(_NOISE) for _ in range(count)]


def _ask_async(address, count=1, **options):
    async def ask():
        async with async_client.AsyncClient(
            address, _MODEL, **options
        ) as connected:
            return [await connected.detect(_NOISE) for _ in range(count)]

    return asyncio.run(ask())


_FACES = pytest.mark.parametrize("ask", [_ask, _ask_async])


@_FACES
@pytest.mark.parametrize(
    "code",
    [
        code
        for code in grpc.StatusCode
        if code not in (grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE)
    ],
    ids=lambda code: code.name,
)
def test_what_is_refused_is_asked_once(ask, code):
    def refuse(request, context):
        context.abort(code, "no")

    with scripted_servers.serve(refuse) as (address, service):
        with pytest.raises(messages.ServingError) as caught:
            ask(address)
    assert caught.value.code == code
    assert service.signatures == ["serving_default"]


@_FACES
def test_a_server_that_had_no_room_is_asked_again(ask):
    full = iter([True, True, False])

    def answer(request, context):
        if next(full):
            context.abort(grpc.StatusCode.UNAVAILABLE, "full")
        return scripted_servers.detections()

    with scripted_servers.serve(answer) as (address, service):
        ask(address)
    assert service.signatures == ["serving_default"] * 3


@_FACES
def test_pictures_that_could_not_be_joined_come_as_files(ask):
    files = []

    def answer(request, context):
        if request.model_spec.signature_name == "serving_default":
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, _JOINED)
        files.extend(tensors.to_array(request.inputs["image_bytes"]))
        return scripted_servers.detections(version=7)

    with scripted_servers.serve(answer) as (address, service):
        found = ask(address, count=3)
    assert [each.version for each in found] == [7, 7, 7]
    # Raw once, and not again.
    assert service.signatures == ["serving_default"] + ["encoded"] * 3
    for file in files:
        opened = Image.open(io.BytesIO(file))
        assert opened.format == "PNG"
        np.testing.assert_array_equal(np.asarray(opened), _NOISE[0])


@contextlib.contextmanager
def _connected(address):
    with client.Client(address, _MODEL) as connected:
        yield connected.detect_files


@contextlib.contextmanager
def _connected_async(address):
    async def connect():
        return async_client.AsyncClient(address, _MODEL)

    with asyncio.Runner() as runner:
        connected = runner.run(connect())
        yield lambda files: runner.run(connected.detect_files(files))
        runner.run(connected.close())


@pytest.mark.parametrize("connect", [_connected, _connected_async])
def test_what_a_later_version_offers_is_asked_for(connect, monkeypatch):
    monkeypatch.delitem(scripted_servers.SIGNATURES, "encoded")
    with scripted_servers.serve() as (address, service):
        with connect(address) as ask:
            with pytest.raises(messages.ServingError, match="it offers"):
                ask([b"file"])
            assert not service.signatures
            monkeypatch.undo()
            assert ask([b"file"]).version == 1


@pytest.mark.parametrize(
    ("code", "details", "sentence"),
    [
        (
            grpc.StatusCode.NOT_FOUND,
            "Servable not found for request: Latest(queue_cam)",
            "does not serve queue_cam",
        ),
        (
            grpc.StatusCode.UNAVAILABLE,
            "DNS resolution failed for queue.lan:8500",
            "no server answers at",
        ),
        (
            grpc.StatusCode.UNAVAILABLE,
            "The batch scheduling queue to which this task was submitted is "
            "full",
            "is busy .*; send fewer requests",
        ),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "Run() timeout exceeded while waiting in batching queue",
            "is busy .*; send fewer requests",
        ),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "Concurrent RPC limit exceeded!",
            "is busy .*; send fewer requests",
        ),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "Received message larger than max (100 vs. 10)",
            "was too much for the server",
        ),
    ],
)
def test_a_server_is_busy_only_where_it_has_no_room(code, details, sentence):
    def refuse(request, context):
        context.abort(code, details)

    with scripted_servers.serve(refuse) as (address, _):
        with pytest.raises(messages.ServingError, match=sentence):
            _ask(address, deadline=2)


def test_a_version_is_asked_for_its_landmarks_by_asyncio():
    def name(request, context):
        return scripted_servers.landmarks(
            names=(f"of {request.model_spec.version.value}",)
        )

    async def ask(address):
        async with async_client.AsyncClient(address, _MODEL) as connected:
            return await connected.landmarks(9), await connected.landmarks()

    with scripted_servers.serve(name=name) as (address, _):
        of_nine, of_any = asyncio.run(ask(address))
    assert (of_nine.names, of_any.names) == (("of 9",), ("of 0",))


def _streamed(ask, **serving):
    """What a coroutine of an AsyncClient returns."""

    async def run(address):
        async with async_client.AsyncClient(address, _MODEL) as connected:
            return await asyncio.wait_for(ask(connected), 60)

    with scripted_servers.serve(**serving) as (address, _):
        return asyncio.run(run(address))


def test_answers_of_a_live_source_come_before_the_next_picture():
    async def ask(connected):
        answered = asyncio.Event()

        async def live():
            for _ in range(3):
                yield _NOISE
                await answered.wait()
                answered.clear()

        count = 0
        async for _ in connected.stream(live(), in_flight=8):
            count += 1
            answered.set()
        return count

    assert _streamed(ask) == 3


def test_an_answer_is_not_kept_until_all_requests_are_under_way():
    drawn = []

    def live():
        for number in range(4):
            time.sleep(0.5 if number else 0)  # as a camera does
            drawn.append(number)
            yield _NOISE

    with scripted_servers.serve() as (address, _):
        with client.Client(address, _MODEL) as connected:
            connected.detect(_NOISE)  # connects
            next(connected.stream(live(), in_flight=4))
    assert len(drawn) < 4


def test_asyncio_draws_no_more_than_are_under_way():
    async def ask(connected):
        drawn, most = [], 0

        async def live():
            for number in range(10):
                drawn.append(number)
                yield _NOISE

        count = 0
        async for _ in connected.stream(live(), in_flight=3):
            count += 1
            most = max(most, len(drawn) - count)
        return count, most

    count, most = _streamed(ask)
    assert count == 10
    assert most == 2  # and the one that was answered


def test_an_error_of_a_source_comes_after_the_answers():
    async def ask(connected):
        def breaking():
            yield _NOISE
            raise OSError("unplugged")

        found = []
        with pytest.raises(OSError, match="unplugged"):
            async for each in connected.stream(breaking()):
                found.append(each)
        return len(found)

    assert _streamed(ask) == 1


@pytest.mark.parametrize("in_flight", [0, -1])
def test_something_must_be_under_way(in_flight):
    async def ask(connected):
        async for _ in connected.stream([_NOISE], in_flight):
            pass

    with pytest.raises(ValueError, match="must be"):
        _streamed(ask)
    with scripted_servers.serve() as (address, _):
        with client.Client(address, _MODEL) as connected:
            with pytest.raises(ValueError, match="must be greater"):
                next(connected.stream([_NOISE], in_flight))


def test_a_client_that_is_closed_waits_for_no_server(monkeypatch):
    for wait in ("_FIRST_WAIT", "_LONGEST_WAIT"):
        monkeypatch.setattr(retries, wait, 50.0)

    def be_away(request, context):
        context.abort(grpc.StatusCode.UNAVAILABLE, "going down")

    with scripted_servers.serve(be_away) as (address, _):
        connected = client.Client(address, _MODEL, deadline=200)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asking = pool.submit(connected.detect, _NOISE)
            time.sleep(1)
            assert not asking.done()
            connected.close()
            start = time.monotonic()
            assert asking.exception()
    assert time.monotonic() - start < 5


def _hang(request, context):
    over = threading.Event()
    context.add_callback(over.set)
    over.wait()


def test_calls_of_a_client_that_is_closed_say_so():
    with scripted_servers.serve(_hang) as (address, service):
        connected = client.Client(address, _MODEL)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            running = pool.submit(connected.detect, _NOISE)
            while not service.signatures:
                time.sleep(0.01)
            connected.close()
        assert isinstance(running.exception(), messages.ServingError)
        assert running.exception().code == grpc.StatusCode.CANCELLED
        with pytest.raises(messages.ServingError, match="was closed"):
            connected.detect(_NOISE)


def test_calls_of_an_asynchronous_client_that_is_closed_say_so():
    async def ask(address, service):
        connected = async_client.AsyncClient(address, _MODEL)
        running = asyncio.create_task(connected.detect(_NOISE))
        while not service.signatures:
            await asyncio.sleep(0.01)
        await connected.close()
        for call in (running, connected.detect(_NOISE)):
            with pytest.raises(messages.ServingError, match="was closed"):
                await call

    with scripted_servers.serve(_hang) as (address, service):
        asyncio.run(ask(address, service))


def test_a_call_that_is_cancelled_is_told_as_that():
    async def ask(address, service):
        async with async_client.AsyncClient(address, _MODEL) as connected:
            running = asyncio.create_task(connected.detect(_NOISE))
            while not service.signatures:
                await asyncio.sleep(0.01)
            running.cancel()
            await connected.close()
            with pytest.raises(asyncio.CancelledError):
                await running

    with scripted_servers.serve(_hang) as (address, service):
        asyncio.run(ask(address, service))
