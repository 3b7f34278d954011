"""Clients against the local server: what they find, and what they say."""

import asyncio
import io
import subprocess
import sys
import time

import grpc
import numpy as np
import pytest
from PIL import Image

from serving import async_client
from serving import client
from serving import messages
from tests import tiny_runs
from tests.serving import exported_models
from tests.serving import targets

_IMAGES = exported_models.IMAGES
_MODEL = messages.Model(exported_models.NAME)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with targets.serve(tmp_path_factory.mktemp("models")) as running:
        yield running.address


@pytest.fixture
def puppets(address):
    with client.Client(address, _MODEL, deadline=60) as connected:
        yield connected


def _png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def test_the_server_says_what_it_has(puppets):
    (state,) = puppets.status()
    assert state == messages.VersionState(targets.VERSION, "AVAILABLE", "")
    landmarks = puppets.landmarks()
    assert landmarks.names == tiny_runs.SKELETON.landmarks
    assert landmarks.edges == tiny_runs.SKELETON.edges
    assert landmarks.image_size == tiny_runs.SIZE


def test_images_and_files_have_the_same_landmarks(puppets):
    found = puppets.detect(_IMAGES)
    assert found.version == targets.VERSION
    assert found.keypoints.shape == (3, 3, 2)
    assert found.confidence.shape == (3, 3)
    of_files = puppets.detect_files([_png(image) for image in _IMAGES])
    np.testing.assert_allclose(of_files.keypoints, found.keypoints, atol=1e-3)


def test_a_stream_keeps_its_order_and_draws_no_more_than_it_sends(puppets):
    drawn = []

    def batches():
        for i in range(20):
            drawn.append(i)
            yield _IMAGES[i % 3][np.newaxis]

    expected = puppets.detect(_IMAGES).keypoints
    for i, found in enumerate(puppets.stream(batches(), in_flight=4)):
        assert len(drawn) <= i + 4
        np.testing.assert_allclose(
            found.keypoints[0], expected[i % 3], atol=1e-3
        )
    assert i == 19


def test_pictures_are_repainted(puppets):
    (painted,) = puppets.transfer([_png(_IMAGES[0])], [_png(_IMAGES[1])])
    size = (tiny_runs.SIZE, tiny_runs.SIZE)
    assert Image.open(io.BytesIO(painted)).size == size


def test_asyncio_finds_the_same(address, puppets):
    async def ask():
        async with async_client.AsyncClient(
            address, _MODEL, deadline=60
        ) as connected:
            assert (await connected.status())[0].version == targets.VERSION
            landmarks = await connected.landmarks()
            files = await connected.detect_files([_png(_IMAGES[0])])
            batches = [image[np.newaxis] for image in _IMAGES]
            stream = connected.stream(batches, in_flight=2)
            return landmarks, files, [found async for found in stream]

    landmarks, files, found = asyncio.run(ask())
    expected = puppets.detect(_IMAGES).keypoints
    assert landmarks == puppets.landmarks()
    np.testing.assert_allclose(files.keypoints[0], expected[0], atol=1e-3)
    for each, keypoints in zip(found, expected, strict=True):
        np.testing.assert_allclose(each.keypoints[0], keypoints, atol=1e-3)


def test_a_model_that_is_not_there_is_named(address):
    for model in (messages.Model("cats"), _MODEL._replace(version=9)):
        with client.Client(address, model) as connected:
            with pytest.raises(messages.ServingError) as caught:
                connected.landmarks()
        assert caught.value.code == grpc.StatusCode.NOT_FOUND
        assert f"does not serve {model}" in str(caught.value)


def test_no_server_is_said_soon():
    start = time.monotonic()
    with client.Client("127.0.0.1:1", _MODEL, deadline=300) as connected:
        with pytest.raises(messages.ServingError, match="no server answers at"):
            connected.landmarks()
    assert time.monotonic() - start < 60


def test_a_file_that_is_no_picture_is_refused_and_the_next_is_not(puppets):
    for bad in (b"no picture", _png(_IMAGES[0])[:-40]):
        with pytest.raises(messages.ServingError) as caught:
            puppets.detect_files([bad])
        assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT
    assert "Invalid PNG data" in str(caught.value)
    assert puppets.detect_files([_png(_IMAGES[0])]).version == targets.VERSION


@pytest.mark.parametrize(
    "images",
    [
        _IMAGES.astype(np.float32),
        _IMAGES[0],
        _IMAGES[..., :1],
        _IMAGES[:0],
        _IMAGES[:, :0],
    ],
)
def test_what_are_no_images_is_not_even_sent(puppets, images):
    with pytest.raises(ValueError, match="images"):
        puppets.detect(images)


def test_the_client_starts_no_tensorflow():
    program = (
        "import sys; from serving import client, async_client; "
        "assert 'tensorflow' not in sys.modules; "
        "assert 'tensorflow.python' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
