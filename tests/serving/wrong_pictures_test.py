"""Pictures that are cut, too large, or bombs, over gRPC and REST."""

import base64
import io
import resource
import struct
import zlib

import grpc
import numpy as np
import pytest
from PIL import Image
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import client
from serving import messages
from tests.serving import exported_models
from tests.serving import made_requests
from tests.serving import targets

_IMAGE = exported_models.IMAGES[0]


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with targets.serve(tmp_path_factory.mktemp("models")) as running:
        yield running


@pytest.fixture(scope="module")
def stub(target):
    with grpc.insecure_channel(target.address) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def _file(kind):
    file = io.BytesIO()
    Image.fromarray(_IMAGE).save(file, kind)
    return file.getvalue()


_JPEG, _PNG = _file("JPEG"), _file("PNG")


def _png(width, height, pixels=b""):
    """A PNG whose header and contents need not agree."""

    def chunk(name, data):
        checked = name + data
        length, checksum = len(data), zlib.crc32(checked)
        return struct.pack(">I", length) + checked + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def _jpeg(width, height):
    """The picture above with another size in its header."""
    start = _JPEG.index(b"\xff\xc0") + 5
    size = struct.pack(">HH", height, width)
    return _JPEG[:start] + size + _JPEG[start + 4 :]


def _zeros(count):
    """As zlib packs them: a thousandth of it."""
    packer = zlib.compressobj(9)
    block = bytes(2**20)
    packed = [packer.compress(block) for _ in range(count // len(block))]
    return b"".join(packed) + packer.flush()


_WRONG = {
    "nothing": b"",
    "no picture": b"no picture",
    "the signature of a JPEG alone": _JPEG[:3],
    "the signature of a PNG alone": _PNG[:8],
    "half a JPEG": _JPEG[: len(_JPEG) // 2],
    "a JPEG without its end": _JPEG[:-2],
    "half a PNG": _PNG[: len(_PNG) // 2],
    "a PNG's header alone": _PNG[:33],
    "a PNG without pixels": _png(40, 50),
    "a PNG of no width": _png(0, 50),
    "a PNG of 100 megapixels": _png(10_000, 10_000),
    "a PNG of the largest size": _png(2**31 - 1, 2**31 - 1),
    "a PNG larger than that": _png(2**32 - 1, 2**32 - 1),
    "a JPEG of 100 megapixels": _jpeg(10_000, 10_000),
    "a JPEG of the largest size": _jpeg(65_535, 65_535),
    "a GIF": _file("GIF"),
}


@pytest.mark.parametrize("name", _WRONG)
def test_a_wrong_picture_is_refused_and_the_next_answered(target, stub, name):
    wrong = _WRONG[name]
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(_encoded(wrong), timeout=60)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details()
    if target.rest_address:
        status, answer = _rest(target, wrong)
        assert status == 400 and answer["error"]
        assert _rest(target, _PNG)[0] == 200
    assert stub.Predict(_encoded(_PNG), timeout=60).outputs


def _encoded(*files):
    return messages.encoded_request(made_requests.MODEL, files)


def _rest(target, file):
    encoded = {"b64": base64.b64encode(file).decode()}
    content = {"signature_name": "encoded", "instances": [encoded]}
    return made_requests.predict_rest(target.rest_address, content)


@pytest.mark.parametrize("name", ["PNG", "JPEG"])
def test_sizes_past_the_limit_are_told_with_what_to_do(stub, name):
    with pytest.raises(grpc.RpcError) as caught:
        wrong = _WRONG[f"a {name} of 100 megapixels"]
        stub.Predict(_encoded(wrong), timeout=60)
    assert "1 to 64000000 pixels; scale it down" in caught.value.details()
    assert "[10000] [10000]" in caught.value.details()


def test_a_bomb_behind_a_small_header_is_not_unpacked(target, stub):
    megabytes = 500
    bomb = _png(4, 4, _zeros(megabytes * 2**20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    assert stub.Predict(_encoded(bomb), timeout=60).outputs
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if target.is_ours:
        assert grown < megabytes * 1024 / 5
    assert stub.Predict(_encoded(_PNG), timeout=60).outputs


def test_one_wrong_picture_fails_the_batch_that_it_was_sent_in(stub):
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(_encoded(_PNG, b"wrong", _PNG), timeout=60)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_one_wrong_picture_fails_no_request_of_others(target, stub):
    target.needs_ours("TF-Serving fails all that it joined to a batch")
    sent = [_PNG, b"wrong", _PNG, _JPEG] * 8
    calls = [stub.Predict.future(_encoded(f), timeout=60) for f in sent]
    codes = [call.code() for call in calls]
    assert codes == [
        grpc.StatusCode.INVALID_ARGUMENT
        if file == b"wrong"
        else grpc.StatusCode.OK
        for file in sent
    ]


def test_100_megapixels_do_not_leave_the_client(target):
    huge = np.zeros((1, 10_000, 10_000, 3), np.uint8)
    with client.Client(
        target.address, made_requests.MODEL, deadline=60
    ) as connected:
        with pytest.raises(messages.ServingError) as caught:
            connected.detect(huge)
        assert caught.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "send smaller batches or pictures" in str(caught.value)
        assert connected.detect(_IMAGE[np.newaxis]).keypoints.size
