"""Predict and GetModelMetadata over gRPC: TF-Serving's codes, one by one."""

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import tensors
from tests.serving import exported_models
from tests.serving import made_requests
from tests.serving import targets

_IMAGES = exported_models.IMAGES

_INVALID, _NOT_FOUND = "INVALID_ARGUMENT", "NOT_FOUND"


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with targets.serve(tmp_path_factory.mktemp("models")) as running:
        yield running


@pytest.fixture(scope="module")
def channel(target):
    with grpc.insecure_channel(target.address) as channel:
        yield channel


@pytest.fixture(scope="module")
def stub(channel):
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        (made_requests.with_spec(name=""), _INVALID, "Missing ModelSpec"),
        (made_requests.with_spec(name="cats"), _NOT_FOUND, "not found"),
        (made_requests.with_spec(version=9), _NOT_FOUND, "not found"),
        (
            made_requests.with_spec(version_label="stable"),
            _INVALID,
            "Unrecognized servable version label: stable",
        ),
        (
            made_requests.with_spec(signature_name="classify"),
            "FAILED_PRECONDITION",
            "Serving signature key 'classify' not found",
        ),
        (
            made_requests.with_spec(signature_name="\U0001f600" * 10_000),
            "FAILED_PRECONDITION",
            "Serving signature key",
        ),
        (
            made_requests.images(images=None),
            _INVALID,
            "required: {images}",
        ),
        (
            made_requests.images(picture=_IMAGES),
            _INVALID,
            "Sent extra: {picture}",
        ),
        (
            made_requests.images(images=_IMAGES.astype(np.float32)),
            _INVALID,
            "must be uint8, and is float32",
        ),
        (made_requests.images(images=_IMAGES[0]), _INVALID, "shape"),
        (made_requests.images(images=_IMAGES[..., :1]), _INVALID, "shape"),
        (made_requests.images(images=_IMAGES[:0]), _INVALID, "empty"),
        (made_requests.images(images=_IMAGES[:, :0]), _INVALID, "pixels"),
        (
            made_requests.images(images=np.repeat(_IMAGES, 11, axis=0)),
            _INVALID,
            "larger than",
        ),
        (made_requests.with_shape(1, -1, 4, 3), _INVALID, "shape"),
        (
            made_requests.with_shape(2**20, 2**20, 2**20, 3),
            _INVALID,
            "elements",
        ),
        (made_requests.with_filter("faces"), _INVALID, "not in the signature"),
        (
            made_requests.with_filter("keypoints", "keypoints"),
            _INVALID,
            "asked for twice",
        ),
    ],
)
def test_a_wrong_request_has_its_code_and_the_next_is_answered(
    target, stub, request_, code, words
):
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request_, timeout=60)
    assert caught.value.code().name == code
    assert caught.value.details()
    if target.is_ours:
        assert words in caught.value.details()
    assert stub.Predict(made_requests.images(), timeout=60).outputs


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            made_requests.with_shape(1, 1, 1, 3, int_val=(1, 2, 300)),
            "from 1 to 300",
        ),
        (
            made_requests.with_shape(1, 1, 1, 3, string_val=(b"1",) * 3),
            "0 were sent",
        ),
        (
            made_requests.with_shape(1, 10_000, 10_000, 3, int_val=(1,)),
            "1 were sent",
        ),
    ],
)
def test_numbers_that_tensorflow_would_make_up_are_refused(
    target, stub, request_, words
):
    target.needs_ours("TF-Serving fills tensors up")
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request_, timeout=60)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert words in caught.value.details()


@pytest.mark.parametrize("message", [b"\xff\xff garbage", b"\x0a\xff", b"\x0f"])
def test_garbage_is_no_request(target, channel, stub, message):
    target.needs_ours("gRPC's C++ answers INTERNAL to what it cannot parse")
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(made_requests.PREDICT)(message, timeout=60)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "is no request of this method" in caught.value.details()
    assert stub.Predict(made_requests.images(), timeout=60).outputs


def test_a_method_that_is_not_there_is_unimplemented(channel, stub):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/tensorflow.serving.X/Y")(b"", timeout=60)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert stub.Predict(made_requests.images(), timeout=60).outputs


def test_methods_of_other_kinds_of_models_are_unimplemented(target, channel):
    target.needs_ours("TF-Serving has Classify")
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/tensorflow.serving.PredictionService/Classify")(
            b"", timeout=60
        )
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_requests_of_other_signatures_and_sizes_are_not_joined(target, stub):
    target.needs_ours("TF-Serving joins pictures of any sizes, and refuses it")
    requests = []
    for image in (_IMAGES[:1], _IMAGES[:1, :30]):
        for signature in ("serving_default", "skeleton"):
            requests.append(made_requests.images(images=image))
            requests[-1].model_spec.signature_name = signature
    expected = [stub.Predict(each, timeout=60) for each in requests]
    calls = [stub.Predict.future(each, timeout=60) for each in requests * 25]
    for call, right in zip(calls, expected * 25, strict=True):
        outputs = call.result().outputs
        assert set(outputs) == set(right.outputs)
        np.testing.assert_allclose(
            tensors.to_array(outputs["keypoints"]),
            tensors.to_array(right.outputs["keypoints"]),
            atol=1e-3,
        )


def test_only_outputs_that_are_asked_for_come(stub):
    request = made_requests.with_filter("confidence")
    response = stub.Predict(request, timeout=60)
    assert set(response.outputs) == {"confidence"}
    assert response.model_spec.version.value == targets.VERSION


def test_metadata_are_the_signatures(stub):
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = exported_models.NAME
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetModelMetadata(request, timeout=60)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    request.metadata_field.append("signature_def")
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response = stub.GetModelMetadata(request, timeout=60)
    assert response.metadata["signature_def"].Unpack(signatures)
    # TensorFlow adds one of its own, which a server may or may not show.
    assert set(signatures.signature_def) - {"__saved_model_init_op"} == {
        "serving_default",
        "encoded",
        "skeleton",
        "transfer",
        "landmarks",
    }
