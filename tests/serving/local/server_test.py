"""The local server from outside: codes, versions, REST, its end."""

import base64
import io
import socket
import threading
import time
import urllib.request
from concurrent import futures

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1 import health_pb2_grpc
from PIL import Image
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import client
from serving import messages
from serving.local import servables
from serving.local import server as server_library
from tests.serving import exported_models
from tests.serving import made_requests

_IMAGES = exported_models.IMAGES
_MODEL = made_requests.MODEL


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("models") / exported_models.NAME
    exported_models.add_version(base_path, 1)
    running = exported_models.serve(base_path)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def channel(server):
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


def test_health_is_that_of_all_models(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for service in ("", "ModelService", "PredictionService"):
        request = health_pb2.HealthCheckRequest(service=service)
        answer = stub.Check(request, timeout=60)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    unknown = "tensorflow.serving.PredictionService"
    with pytest.raises(grpc.RpcError) as caught:
        stub.Check(health_pb2.HealthCheckRequest(service=unknown), timeout=60)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    assert caught.value.details().startswith(
        f"no service {unknown!r}; ask for one of ''"
    )


def test_those_who_watch_hear_of_a_first_version_and_of_the_end(tmp_path):
    base_path = tmp_path / exported_models.NAME
    base_path.mkdir()
    server = exported_models.serve(base_path)
    states = health_pb2.HealthCheckResponse
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        watched = stub.Watch(health_pb2.HealthCheckRequest(), timeout=60)
        assert next(watched).status == states.NOT_SERVING
        exported_models.add_version(base_path, 1)
        assert next(watched).status == states.SERVING
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert [each.status for each in watched] == [states.NOT_SERVING]
        stopping.join()


def test_numbers_are_sent_one_by_one(channel):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    keypoints = stub.Predict(made_requests.images(), timeout=60).outputs[
        "keypoints"
    ]
    assert len(keypoints.float_val) == 3 * 3 * 2
    assert not keypoints.tensor_content


def test_metrics_count_requests_and_not_names_from_outside(server):
    address = f"127.0.0.1:{server.rest_port}"
    right = {"instances": _IMAGES[:1].tolist()}
    assert made_requests.predict_rest(address, right)[0] == 200
    for content in ({"instances": [1]}, b"{", {}):
        assert made_requests.predict_rest(address, content, "cats")[0] == 404
    with client.Client(f"127.0.0.1:{server.port}", _MODEL, deadline=60) as asks:
        asks.landmarks()
    url = f"http://{address}/monitoring/prometheus/metrics"
    with urllib.request.urlopen(url, timeout=60) as response:
        text = response.read().decode()
    count = ":tensorflow:serving:request_count"
    assert f"# TYPE {count} counter\n" in text
    assert f'\n{count}{{model_name="puppets",status="OK"}} ' in text
    assert f'\n{count}{{model_name="unknown",status="NOT_FOUND"}} ' in text
    latency = ":tensorflow:serving:request_latency"
    for entrypoint in ("GRPC", "REST"):
        labels = f'API="Predict",entrypoint="{entrypoint}",model_name="puppets"'
        assert f"\n{latency}_count{{{labels}}} " in text
    assert "_total" not in text and "_created" not in text
    assert "cats" not in text


def _wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not come true within a minute"
        time.sleep(0.05)


def test_versions_change_under_load_without_a_failed_request(tmp_path):
    base_path = tmp_path / exported_models.NAME
    exported_models.add_version(base_path, 1)
    server = exported_models.serve(base_path)
    seen, stop = [[] for _ in range(4)], threading.Event()

    def ask(seen):
        with client.Client(
            f"127.0.0.1:{server.port}", _MODEL, deadline=60
        ) as connected:
            while not stop.is_set():
                seen.append(connected.detect(_IMAGES[:1]).version)

    pool = futures.ThreadPoolExecutor(len(seen))
    asking = [pool.submit(ask, versions) for versions in seen]
    # A broken version: the one before goes on, the fault is told.
    (base_path / "2").mkdir()
    (base_path / "2/saved_model.pb").write_bytes(b"cut")
    with client.Client(f"127.0.0.1:{server.port}", _MODEL) as connected:
        _wait_for(lambda: len(connected.status()) == 2)
        _wait_for(lambda: connected.status()[0].error)
        assert connected.status()[0].version == 2
        assert connected.status()[1].state == "AVAILABLE"
        exported_models.add_version(base_path, 3)
        _wait_for(lambda: all(3 in versions for versions in seen))
    stop.set()
    for each in asking:
        each.result(timeout=60)
    for versions in seen:
        assert set(versions) == {1, 3} and versions == sorted(versions)
    server.stop()


def test_a_label_moves_under_load_without_a_failed_request(tmp_path):
    """Over both APIs, with clients that ask nothing twice."""
    base_path = tmp_path / exported_models.NAME
    for number in (1, 2):
        exported_models.add_version(base_path, number)
    server = exported_models.serve(base_path)
    _move_label(server, base_path, 1)
    stop, versions = threading.Event(), []

    def ask_grpc(request):
        request.model_spec.version_label = "stable"
        once = [("grpc.enable_retries", 0)]
        with grpc.insecure_channel(
            f"127.0.0.1:{server.port}", options=once
        ) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            while not stop.is_set():
                answer = stub.Predict(request, timeout=60)
                versions.append(answer.model_spec.version.value)

    def ask_rest(content, where):
        address = f"127.0.0.1:{server.rest_port}"
        while not stop.is_set():
            answer = made_requests.predict_rest(address, content, where)
            assert answer[0] == 200, answer

    file = io.BytesIO()
    Image.fromarray(_IMAGES[0]).save(file, "PNG")
    encoded = {
        "signature_name": "encoded",
        "instances": [{"b64": base64.b64encode(file.getvalue()).decode()}],
    }
    rows = {"instances": _IMAGES[:1].tolist()}
    with futures.ThreadPoolExecutor() as pool:
        asking = [
            pool.submit(ask_grpc, made_requests.images(images=_IMAGES[:1])),
            pool.submit(
                ask_grpc, messages.encoded_request(_MODEL, [file.getvalue()])
            ),
            pool.submit(ask_rest, rows, "puppets/labels/stable"),
            pool.submit(ask_rest, encoded, "puppets/labels/stable"),
            pool.submit(ask_rest, encoded, "puppets"),
        ]
        try:
            for number in (2, 1, 2):
                _wait_for(lambda: any(a.done() for a in asking) or versions)
                _move_label(server, base_path, number)
                del versions[:]
                _wait_for(
                    lambda n=number: (
                        any(a.done() for a in asking) or versions.count(n) > 9
                    )
                )
        finally:
            stop.set()
        for each in asking:
            each.result()
    server.stop()


def _move_label(server, base_path, number):
    """Serves just this version, as the stable one."""
    request = model_management_pb2.ReloadConfigRequest()
    config = request.config.model_config_list.config.add()
    config.name, config.base_path = exported_models.NAME, str(base_path)
    config.model_version_policy.specific.versions.append(number)
    config.version_labels["stable"] = number
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        stub.HandleReloadConfigRequest(request, timeout=120)


def test_a_new_configuration_replaces_the_old(tmp_path):
    base_path = tmp_path / exported_models.NAME
    exported_models.add_version(base_path, 1)
    exported_models.add_version(base_path, 2)
    server = exported_models.serve(base_path)
    request = model_management_pb2.ReloadConfigRequest()
    config = request.config.model_config_list.config.add()
    config.name, config.base_path = "renamed", str(base_path)
    config.model_version_policy.specific.versions.append(1)
    config.version_labels["stable"] = 1
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        stub.HandleReloadConfigRequest(request, timeout=120)
        request.config.model_config_list.config[0].name = ""
        with pytest.raises(grpc.RpcError) as caught:
            stub.HandleReloadConfigRequest(request, timeout=120)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        for path in (str(tmp_path / "misspelt"), "/no\0path"):
            config.name, config.base_path = "renamed", path
            with pytest.raises(grpc.RpcError) as caught:
                stub.HandleReloadConfigRequest(request, timeout=120)
            assert caught.value.code() in (
                grpc.StatusCode.FAILED_PRECONDITION,
                grpc.StatusCode.INVALID_ARGUMENT,
            )
    address = f"127.0.0.1:{server.port}"
    stable = messages.Model("renamed", label="stable")
    with client.Client(address, stable, deadline=60) as connected:
        assert connected.detect(_IMAGES[:1]).version == 1
    with client.Client(address, _MODEL) as connected:
        with pytest.raises(messages.ServingError, match="does not serve"):
            connected.landmarks()
    server.stop()


@pytest.mark.parametrize("flag", ["port", "rest_api_port"])
def test_a_port_that_is_taken_is_told_with_its_flag(flag):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"port": 0, "rest_api_port": 0, flag: port}
        options = server_library.Options(
            port=ports["port"], rest_port=ports["rest_api_port"]
        )
        with pytest.raises(OSError, match=f"^--{flag}={port}: .* is taken"):
            server_library.Server([], options)


def test_requests_that_run_are_answered_when_the_server_stops(
    tmp_path, monkeypatch
):
    base_path = tmp_path / exported_models.NAME
    exported_models.add_version(base_path, 1)
    server = exported_models.serve(base_path)
    begun, go_on = threading.Semaphore(0), threading.Event()
    predict = servables.Servable.predict

    def predict_late(servable, request):
        begun.release()
        go_on.wait(60)
        return predict(servable, request)

    monkeypatch.setattr(servables.Servable, "predict", predict_late)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        running = [
            stub.Predict.future(made_requests.images(), timeout=120)
            for _ in range(8)
        ]
        for _ in running:
            assert begun.acquire(timeout=60)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.2)
        go_on.set()
        for call in running:
            assert call.result().outputs
        stopping.join()
        with pytest.raises(grpc.RpcError) as caught:
            stub.Predict(made_requests.images(), timeout=5)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
