"""The local server from outside: codes, versions, REST, its end."""

import base64
import io
import json
import threading
import time
import urllib.error
import urllib.request

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1 import health_pb2_grpc
from PIL import Image
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import client
from serving import messages
from serving import tensors
from tests.serving import exported_models

_IMAGES = exported_models.IMAGES
_MODEL = messages.Model(exported_models.NAME)


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


def _request(**changes):
    request = messages.images_request(_MODEL, _IMAGES)
    for name, array in changes.items():
        if array is None:
            del request.inputs[name]
        else:
            request.inputs[name].CopyFrom(tensors.to_proto(array))
    return request


def _with_spec(**fields):
    request = _request()
    for name, value in fields.items():
        if name == "version":
            request.model_spec.version.value = value
        else:
            setattr(request.model_spec, name, value)
    return request


def _with_filter(*names):
    request = _request()
    request.output_filter.extend(names)
    return request


def _with_shape(*sizes):
    """As many elements as few bytes can say."""
    request = _request()
    tensor = request.inputs["images"]
    del tensor.tensor_shape.dim[:]
    for size in sizes:
        tensor.tensor_shape.dim.add(size=size)
    return request


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        (_with_spec(name=""), "INVALID_ARGUMENT", "Missing ModelSpec"),
        (_with_spec(name="cats"), "NOT_FOUND", "Servable not found"),
        (_with_spec(version=9), "NOT_FOUND", "Version 9"),
        (
            _with_spec(version_label="stable"),
            "INVALID_ARGUMENT",
            "Unrecognized servable version label: stable",
        ),
        (
            _with_spec(signature_name="classify"),
            "FAILED_PRECONDITION",
            "Serving signature key 'classify' not found",
        ),
        (_request(images=None), "INVALID_ARGUMENT", "required: {images}"),
        (
            _request(picture=_IMAGES),
            "INVALID_ARGUMENT",
            "Sent extra: {picture}",
        ),
        (
            _request(images=_IMAGES.astype(np.float32)),
            "INVALID_ARGUMENT",
            "must be uint8, and is float32",
        ),
        (_request(images=_IMAGES[0]), "INVALID_ARGUMENT", "shape"),
        (_request(images=_IMAGES[..., :1]), "INVALID_ARGUMENT", "shape"),
        (_request(images=_IMAGES[:0]), "INVALID_ARGUMENT", "empty"),
        (_request(images=_IMAGES[:, :0]), "INVALID_ARGUMENT", "pixels"),
        (_with_shape(2**20, 2**20, 2**20, 3), "INVALID_ARGUMENT", "elements"),
        (_with_shape(1, -1, 4, 3), "INVALID_ARGUMENT", "shape"),
        (_with_filter("faces"), "INVALID_ARGUMENT", "not in the signature"),
        (
            _with_filter("keypoints", "keypoints"),
            "INVALID_ARGUMENT",
            "asked for twice",
        ),
    ],
)
def test_a_wrong_request_has_its_code_and_the_next_is_answered(
    channel, request_, code, words
):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request_, timeout=60)
    assert caught.value.code().name == code
    assert words in caught.value.details()
    assert stub.Predict(_request(), timeout=60).outputs


def test_garbage_is_no_request(channel):
    call = channel.unary_unary(
        "/tensorflow.serving.PredictionService/Predict",
        request_serializer=lambda data: data,
        response_deserializer=predict_pb2.PredictResponse.FromString,
    )
    with pytest.raises(grpc.RpcError):
        call(b"\xff\xff garbage", timeout=60)
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    assert stub.Predict(_request(), timeout=60).outputs


def test_a_batch_larger_than_allowed_is_refused(channel):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(
            _request(images=np.repeat(_IMAGES, 11, axis=0)), timeout=60
        )
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "larger than" in caught.value.details()


def test_only_outputs_that_are_asked_for_come(channel):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    response = stub.Predict(_with_filter("confidence"), timeout=60)
    assert set(response.outputs) == {"confidence"}
    assert response.model_spec.version.value == 1


def test_metadata_are_the_signatures(channel):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = exported_models.NAME
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetModelMetadata(request, timeout=60)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    request.metadata_field.append("signature_def")
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response = stub.GetModelMetadata(request, timeout=60)
    assert response.metadata["signature_def"].Unpack(signatures)
    assert set(signatures.signature_def) == {
        "serving_default",
        "encoded",
        "skeleton",
        "transfer",
        "landmarks",
    }


def test_health_is_that_of_all_models(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for service in ("", "tensorflow.serving.PredictionService"):
        request = health_pb2.HealthCheckRequest(service=service)
        answer = stub.Check(request, timeout=60)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as caught:
        stub.Check(health_pb2.HealthCheckRequest(service="x"), timeout=60)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def _rest(server, path, body=None):
    """Status and JSON of an answer."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.rest_port}{path}", body
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def _predict(server, content, where="puppets"):
    body = content if isinstance(content, bytes) else json.dumps(content)
    data = body if isinstance(body, bytes) else body.encode()
    return _rest(server, f"/v1/models/{where}:predict", data)


def test_rest_answers_in_rows_and_columns(server, channel):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    response = stub.Predict(_request(), timeout=60)
    assert len(response.outputs["keypoints"].float_val) == 3 * 3 * 2
    expected = tensors.to_array(response.outputs["keypoints"])
    status, rows = _predict(server, {"instances": _IMAGES.tolist()})
    assert status == 200
    found = [row["keypoints"] for row in rows["predictions"]]
    np.testing.assert_allclose(found, expected, atol=1e-3)
    status, columns = _predict(
        server,
        {"inputs": {"images": _IMAGES.tolist()}},
        "puppets/versions/1",
    )
    assert status == 200
    np.testing.assert_allclose(
        columns["outputs"]["keypoints"], expected, atol=1e-3
    )


def test_rest_takes_and_gives_files_in_base64(server):
    file = io.BytesIO()
    Image.fromarray(_IMAGES[0]).save(file, "PNG")
    encoded = {"b64": base64.b64encode(file.getvalue()).decode()}
    status, answer = _predict(
        server, {"signature_name": "encoded", "instances": [encoded]}
    )
    assert status == 200
    assert len(answer["predictions"][0]["keypoints"]) == 3
    pair = {"image_bytes": encoded, "appearance_bytes": encoded}
    status, answer = _predict(
        server, {"signature_name": "transfer", "instances": [pair]}
    )
    assert status == 200
    painted = base64.b64decode(answer["predictions"][0]["b64"])
    assert Image.open(io.BytesIO(painted)).format == "PNG"


@pytest.mark.parametrize(
    ("content", "where", "status"),
    [
        (b"{", "puppets", 400),
        (b"[" * 100_000, "puppets", 400),
        ({}, "puppets", 400),
        ({"instances": []}, "puppets", 400),
        ({"instances": [[[1], [2, 3]]]}, "puppets", 400),
        ({"instances": [[[["a"]]]]}, "puppets", 400),
        ({"instances": [[[[1.5, 2, 3]]]]}, "puppets", 400),
        ({"instances": [[[[256, 2, 3]]]]}, "puppets", 400),
        (
            {"signature_name": "encoded", "instances": [{"b64": "?"}]},
            "puppets",
            400,
        ),
        ({"signature_name": "x", "instances": [1]}, "puppets", 400),
        ({"instances": [1]}, "cats", 404),
        ({"instances": [1]}, "puppets/versions/7", 404),
        ({"instances": [1]}, "puppets/labels/stable", 400),
    ],
)
def test_rest_refuses_with_a_sentence(server, content, where, status):
    found, answer = _predict(server, content, where)
    assert found == status
    assert answer["error"]


def test_rest_tells_states_metadata_and_metrics(server):
    status, answer = _rest(server, "/v1/models/puppets")
    assert status == 200
    (version,) = answer["model_version_status"]
    assert (version["version"], version["state"]) == ("1", "AVAILABLE")
    status, answer = _rest(server, "/v1/models/puppets/versions/1/metadata")
    assert status == 200 and "signature_def" in answer["metadata"]
    assert _rest(server, "/v1/models/cats")[0] == 404
    _predict(server, {"instances": [1]}, "cats")
    _predict(server, {"signature_name": "landmarks", "instances": [1]})
    address = f"127.0.0.1:{server.port}"
    with client.Client(address, _MODEL, deadline=60) as connected:
        connected.landmarks()
    url = f"http://127.0.0.1:{server.rest_port}/monitoring/prometheus/metrics"
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
    seen, stop = [], threading.Event()

    def ask():
        with client.Client(
            f"127.0.0.1:{server.port}", _MODEL, deadline=60
        ) as connected:
            while not stop.is_set():
                seen.append(connected.detect(_IMAGES[:1]).version)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    # A broken version: the one before goes on, the fault is told.
    (base_path / "2").mkdir()
    (base_path / "2/saved_model.pb").write_bytes(b"cut")
    with client.Client(f"127.0.0.1:{server.port}", _MODEL) as connected:
        _wait_for(lambda: len(connected.status()) == 2)
        _wait_for(lambda: connected.status()[0].error)
        assert connected.status()[0].version == 2
        assert connected.status()[1].state == "AVAILABLE"
        exported_models.add_version(base_path, 3)
        _wait_for(lambda: 3 in seen)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(seen) == {1, 3}
    assert seen == sorted(seen) or sorted(set(seen[-4:])) == [3]
    server.stop()


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
    address = f"127.0.0.1:{server.port}"
    stable = messages.Model("renamed", label="stable")
    with client.Client(address, stable, deadline=60) as connected:
        assert connected.detect(_IMAGES[:1]).version == 1
    with client.Client(address, _MODEL) as connected:
        with pytest.raises(messages.ServingError, match="does not serve"):
            connected.landmarks()
    server.stop()


def test_requests_that_run_are_answered_when_the_server_stops(tmp_path):
    base_path = tmp_path / exported_models.NAME
    exported_models.add_version(base_path, 1)
    server = exported_models.serve(base_path)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        stub.Predict(_request(), timeout=60)
        running = [
            stub.Predict.future(_request(), timeout=60) for _ in range(8)
        ]
        _wait_for(lambda: any(call.running() for call in running))
        time.sleep(0.02)
        server.stop()
        outcomes = []
        for call in running:
            try:
                outcomes.append(bool(call.result().outputs))
            except grpc.RpcError as error:
                # It had not been taken yet.
                outcomes.append(error.code() == grpc.StatusCode.UNAVAILABLE)
        assert all(outcomes)
        with pytest.raises(grpc.RpcError) as caught:
            stub.Predict(_request(), timeout=5)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
