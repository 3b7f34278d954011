"""Servers that are killed or terminated while clients use them."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import async_client
from serving import client
from tests.data import made_files
from tests.serving import exported_models
from tests.serving import made_requests
from tests.serving import server_processes
from tests.serving.local import raw_connections

_DEADLINE = 300  # seconds, in which a server must start on a busy machine
_BATCHES = [exported_models.IMAGES[i % 3][np.newaxis] for i in range(61)]


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("models") / exported_models.NAME
    exported_models.add_version(base_path, 1)
    return base_path


class _Restarted:
    """A server that is killed, and started again on its port."""

    def __init__(self, base_path):
        self._base_path = base_path
        self.running = server_processes.start(base_path)
        self.address = f"127.0.0.1:{self.running.port}"
        self._thread = threading.Thread(target=self._start_again)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._thread.ident:
            self._thread.join()
        self.running.kill()

    def kill(self):
        """Returns when it is dead; it comes back by and by."""
        self.running.kill()
        self._thread.start()

    def _start_again(self):
        port = self.running.port
        self.running = server_processes.start(self._base_path, port=port)


@pytest.fixture
def server(base_path):
    with _Restarted(base_path) as restarted:
        yield restarted


@pytest.fixture(scope="module")
def expected(base_path):
    """What a server that is left in peace answers."""
    server = exported_models.serve(base_path)
    with client.Client(
        f"127.0.0.1:{server.port}", made_requests.MODEL, deadline=_DEADLINE
    ) as connected:
        found = [connected.detect(batch).keypoints for batch in _BATCHES]
    server.stop()
    return found


def _assert_same(found, expected):
    for each, keypoints in zip(found, expected, strict=True):
        np.testing.assert_allclose(each.keypoints, keypoints, atol=1e-3)


def test_a_stream_goes_on_where_a_killed_server_was(server, expected):
    found = []
    with client.Client(
        server.address, made_requests.MODEL, deadline=_DEADLINE
    ) as connected:
        for answer in connected.stream(_BATCHES, in_flight=4):
            found.append(answer)
            if len(found) == 10:
                server.kill()
    _assert_same(found, expected)


def test_a_stream_of_asyncio_goes_on_as_well(server, expected):
    async def ask():
        found = []
        async with async_client.AsyncClient(
            server.address, made_requests.MODEL, deadline=_DEADLINE
        ) as connected:
            async for answer in connected.stream(_BATCHES, in_flight=4):
                found.append(answer)
                if len(found) == 10:
                    server.kill()
        return found

    _assert_same(asyncio.run(ask()), expected)


def _detect(address, video, out, deadline):
    command = [sys.executable, "-m", "serving.detect", f"--server={address}"]
    command += [f"--model={exported_models.NAME}", f"--deadline={deadline}"]
    command += [f"--video={video}", f"--out={out}"]
    return subprocess.Popen(
        command,
        env=server_processes.ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )


def _answered(running):
    """How many Predict requests a server has answered."""
    url = f"http://127.0.0.1:{running.rest_port}/metrics"
    with urllib.request.urlopen(url, timeout=60) as response:
        lines = response.read().decode().splitlines()
    counts = [
        line
        for line in lines
        if "request_count{" in line and 'status="OK"' in line
    ]
    return sum(float(line.split()[-1]) for line in counts)


def _wait_for_answers(running, detecting):
    while _answered(running) < 20:
        assert detecting.poll() is None, detecting.stderr.read()
        time.sleep(0.02)


@pytest.fixture
def metered(tmp_path, base_path):
    """Flags of a server that tells its counts."""
    config = tmp_path / "monitoring.config"
    config.write_text('prometheus_config { enable: true path: "/metrics" }')
    return f"--monitoring_config_file={config}"


def test_a_video_has_each_frame_once_though_the_server_was_killed(
    tmp_path, base_path, metered
):
    count = 400
    made_files.write_video(tmp_path / "a.mp4", count, height=480, width=640)
    out = tmp_path / "out"
    with server_processes.start(base_path, metered) as first:
        address = f"127.0.0.1:{first.port}"
        detecting = _detect(address, tmp_path / "a.mp4", out, _DEADLINE)
        _wait_for_answers(first, detecting)
    with server_processes.start(base_path, metered, port=first.port) as second:
        _, said = detecting.communicate(timeout=2 * _DEADLINE)
        assert detecting.returncode == 0, said
        assert _answered(second) > 0
    lines = (out / "detections.jsonl").read_text().splitlines()
    frames = [json.loads(line)["frame"] for line in lines]
    assert frames == list(range(count))


def test_a_server_that_stays_away_is_told_and_what_it_answered_is_kept(
    tmp_path, base_path, metered
):
    made_files.write_video(tmp_path / "a.mp4", 400, height=480, width=640)
    with server_processes.start(base_path, metered) as server:
        address = f"127.0.0.1:{server.port}"
        detecting = _detect(
            address, tmp_path / "a.mp4", tmp_path / "out", deadline=10
        )
        _wait_for_answers(server, detecting)
    _, said = detecting.communicate(timeout=_DEADLINE)
    assert detecting.returncode == 1
    assert said.splitlines()[-1].startswith(
        f"error: no server answers at {address} ("
    )
    assert "Traceback" not in said
    text = (tmp_path / "out/detections.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["frame"] for line in lines] == list(range(len(lines)))
    assert len(lines) > 10
    assert ["error" in line for line in lines] == [False] * (len(lines) - 1) + [
        True
    ]


def test_requests_that_run_are_answered_after_sigterm(base_path):
    requests = 8
    with server_processes.start(base_path) as server:
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            # The first of a size is slow: time for the signal to come.
            calls = [
                stub.Predict.future(made_requests.images(), timeout=_DEADLINE)
                for _ in range(requests)
            ]
            _wait_for_arrival(stub)
            server.process.send_signal(signal.SIGTERM)
            assert [call.code() for call in calls] == [
                grpc.StatusCode.OK
            ] * requests
        said, _ = server.process.communicate(timeout=_DEADLINE)
        assert said == "stopping: requests that run are answered first\n"
        assert server.process.returncode == 0


def _wait_for_arrival(stub):
    """Until what was sent before on the channel is with the server."""
    with pytest.raises(grpc.RpcError):
        stub.Predict(made_requests.with_spec(name="cats"), timeout=_DEADLINE)


def test_the_documented_command_warms_up_and_ends_without_losing_a_body(
    base_path,
):
    """Without batching, and with REST's request in flight at SIGTERM."""
    path = f"/v1/models/{exported_models.NAME}"
    row = {"instances": exported_models.IMAGES[:1].tolist()}
    body = json.dumps(row).encode()
    with server_processes.start_plain(base_path) as server:
        address = f"127.0.0.1:{server.rest_port}"
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            assert stub.Predict(made_requests.images(), timeout=_DEADLINE)
            many = np.zeros((300_000, 1, 1, 3), np.uint8)
            with pytest.raises(grpc.RpcError) as caught:
                stub.Predict(
                    made_requests.images(images=many), timeout=_DEADLINE
                )
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert "send smaller batches" in caught.value.details()
        with raw_connections.connect(server.rest_port) as asking:
            raw_connections.start_post(asking, path + ":predict", len(body))
            assert made_requests.ask_rest(address, path)[0] == 200
            server.process.send_signal(signal.SIGTERM)
            said = server.process.stdout.readline()
            assert said == "stopping: requests that run are answered first\n"
            _wait_for_refusal(server.rest_port)
            asking.sendall(body[1:])
            answer = raw_connections.read_to_end(asking)
        assert answer.startswith(b"HTTP/1.1 200 ") and b"keypoints" in answer
        assert server.process.wait(timeout=_DEADLINE) == 0


def _wait_for_refusal(port):
    """Until nothing more is taken."""
    end = time.monotonic() + _DEADLINE
    while True:
        try:
            raw_connections.connect(port).close()
        except ConnectionRefusedError:
            return
        assert time.monotonic() < end
        time.sleep(0.02)
