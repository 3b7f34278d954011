"""What clients say of a model that is no landmark detector."""

import asyncio

import grpc
import pytest
import tensorflow as tf

from serving import async_client
from serving import client
from serving import messages
from tests.serving import exported_models
from tests.serving import made_requests

_IMAGES = exported_models.IMAGES
_SPEC = tf.TensorSpec([None, None, None, 3], tf.float32, "images")


class _Classifier(tf.Module):
    @tf.function(input_signature=[_SPEC])
    def classify(self, images):
        return {"scores": tf.reduce_mean(images, axis=[1, 2])}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def decode(self, image_bytes):
        return {"lengths": tf.strings.length(image_bytes)}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("models") / exported_models.NAME
    model = _Classifier()
    signatures = {"serving_default": model.classify, "encoded": model.decode}
    tf.saved_model.save(model, str(base_path / "1"), signatures)
    server = exported_models.serve(base_path)
    yield f"127.0.0.1:{server.port}"
    server.stop()


_ASKED = [
    (lambda c: c.landmarks(), "asked for landmarks(index int32) -> edges, "),
    (
        lambda c: c.detect(_IMAGES),
        "asked for serving_default(images uint8) -> confidence, keypoints;",
    ),
    (
        lambda c: c.detect_files([b"x"]),
        "asked for encoded(image_bytes string) -> confidence, keypoints;",
    ),
]
_OFFERED = (
    "it offers encoded(image_bytes string) -> lengths, "
    "serving_default(images float) -> scores;"
)


@pytest.mark.parametrize(("ask", "asked"), _ASKED)
def test_a_model_of_another_kind_is_told_with_what_it_offers(
    address, ask, asked
):
    with client.Client(address, made_requests.MODEL, deadline=60) as connected:
        with pytest.raises(messages.ServingError) as caught:
            ask(connected)
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION
    assert f"puppets at {address} is no landmark detector" in str(caught.value)
    assert asked in str(caught.value) and _OFFERED in str(caught.value)


@pytest.mark.parametrize(("ask", "asked"), _ASKED)
def test_asyncio_says_the_same(address, ask, asked):
    async def run():
        async with async_client.AsyncClient(
            address, made_requests.MODEL, deadline=60
        ) as connected:
            await ask(connected)

    with pytest.raises(messages.ServingError) as caught:
        asyncio.run(run())
    assert asked in str(caught.value) and _OFFERED in str(caught.value)
