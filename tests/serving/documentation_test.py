"""docs/serving.md does what it says: three commands, TLS, curl, grpcurl."""

import asyncio
import json
import re
import shutil

import av
import grpc
import numpy as np
import pytest
from PIL import Image

from serving import async_client
from serving import channels
from serving import client
from serving import messages
from serving.local import configuration
from tests import tiny_runs
from tests.data import made_files
from tests.serving import documented
from tests.serving import exported_models

_MODEL = messages.Model(exported_models.NAME)
_BY_HAND = "By hand: curl and grpcurl"
_THREE = ("Export", "Serve", "Ask")


def _needs(program):
    found = shutil.which(program, path=documented.ENVIRONMENT["PATH"])
    return pytest.mark.skipif(not found, reason=f"there is no {program}")


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / exported_models.NAME
    exported_models.add_version(path, 1)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With a picture, and what commands leave there."""
    path = tmp_path_factory.mktemp("here")
    Image.fromarray(exported_models.IMAGES[0]).save(path / "me.jpg")
    return path


@pytest.fixture(scope="module")
def server(base_path):
    running = exported_models.serve(base_path)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def run(server, folder):
    """Runs the documented commands that have a text in them."""
    replaced = {
        "localhost:8500": f"127.0.0.1:{server.port}",
        "localhost:8501": f"127.0.0.1:{server.rest_port}",
        "people": exported_models.NAME,
    }

    def run_those_with(text):
        found = [c for c in documented.commands(_BY_HAND) if text in c]
        assert len(found) == 1, found
        return documented.run(found[0], folder, replaced)

    return run_those_with


@pytest.fixture(scope="module")
def expected(server, folder):
    """The landmarks in the picture, [K, 2]."""
    address = f"127.0.0.1:{server.port}"
    with client.Client(address, _MODEL, deadline=300) as connected:
        found = connected.detect_files([(folder / "me.jpg").read_bytes()])
    return found.keypoints[0]


def test_every_command_is_tested():
    by_hand = documented.commands(_BY_HAND)
    assert len(by_hand) == 7
    # The last of these is deployment_test's.
    assert len(documented.commands("TLS")) == 5
    for section in _THREE:
        assert len(documented.commands(section)) == 1


def test_three_commands_lead_from_a_run_to_drawn_landmarks(tmp_path):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    tiny_runs.make_evaluated_run(tmp_path / "run", data_dir)
    made_files.write_video(tmp_path / "me.mp4", 3)
    export, serve, ask = (documented.commands(each)[0] for each in _THREE)
    named = {"MODELS": "models", "NAME": exported_models.NAME}
    said = documented.run(export, tmp_path, named | {"=W ": "=run "})
    assert "in models/puppets/1; " in said
    ports = {"=8500": "=0", "=8501": "=0"}
    with documented.start(serve, tmp_path, named | ports) as server:
        ready = server.stdout.readline()
        port = re.fullmatch(r"ready: .*:(\d+), REST on \d+\n", ready).group(1)
        server_at = {"localhost:8500": f"localhost:{port}"}
        files = {"DIR": "drawn", "FILE": "me.mp4 --deadline=200"}
        said = documented.run(ask, tmp_path, named | server_at | files)
        server.terminate()
        assert server.wait(60) == 0
    assert "3 frames by version 1" in said
    lines = (tmp_path / "drawn/detections.jsonl").read_text().splitlines()
    names = [landmark["name"] for landmark in json.loads(lines[2])["landmarks"]]
    assert names == list(tiny_runs.SKELETON.landmarks)
    with av.open(str(tmp_path / "drawn/overlay.mp4")) as overlay:
        assert sum(1 for _ in overlay.decode(video=0)) == 3


def test_a_video_comes_back_drawn(server, folder):
    made_files.write_video(folder / "me.mp4", 3)
    replaced = {
        "localhost:8500": f"127.0.0.1:{server.port}",
        "NAME": exported_models.NAME,
        "DIR": "drawn",
        # A size that is new to the server is slow on a busy machine.
        "FILE": "me.mp4 --deadline=300",
    }
    (ask,) = documented.commands("Ask")
    assert "3 frames by version 1" in documented.run(ask, folder, replaced)
    lines = (folder / "drawn/detections.jsonl").read_text().splitlines()
    assert len(lines) == 3
    assert (folder / "drawn/overlay.mp4").stat().st_size > 0


@_needs("curl")
def test_curl_tells_versions_and_signatures(run):
    (version,) = json.loads(run("models/people\n"))["model_version_status"]
    assert (version["version"], version["state"]) == ("1", "AVAILABLE")
    metadata = json.loads(run("models/people/metadata"))["metadata"]
    assert "encoded" in metadata["signature_def"]["signature_def"]


@_needs("curl")
def test_curl_finds_landmarks_and_they_are_counted(run, expected):
    (found,) = json.loads(run("people:predict"))["predictions"]
    np.testing.assert_allclose(found["keypoints"], expected, atol=1e-3)
    assert len(found["confidence"]) == len(expected)
    counted = run("prometheus")
    labels = f'{{model_name="{exported_models.NAME}",status="OK"}}'
    assert f":tensorflow:serving:request_count{labels} " in counted


@_needs("grpcurl")
def test_grpcurl_tells_versions_and_finds_landmarks(run, expected):
    run("serving:protoset")
    status = json.loads(run("GetModelStatus"))
    (version,) = status["model_version_status"]
    assert (version["version"], version["state"]) == ("1", "AVAILABLE")
    outputs = json.loads(run("PredictionService/Predict"))["outputs"]
    found = np.reshape(outputs["keypoints"]["float_val"], expected.shape)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def _make_files(folder):
    """What the section on TLS makes, before it asks."""
    *making, _, _ = documented.commands("TLS")
    documented.run("".join(making), folder, {})
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return _make_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def strange_files(tmp_path_factory):
    """Of another authority."""
    return _make_files(tmp_path_factory.mktemp("strange"))


@pytest.fixture(scope="module")
def addresses(base_path, files):
    """Of servers, by the name of the --ssl_config_file that they have."""
    servers = {
        name: exported_models.serve(
            base_path,
            credentials=configuration.read_credentials(files / name),
        )
        for name in ("ssl.config", "mutual.config")
    }
    yield {name: f"localhost:{each.port}" for name, each in servers.items()}
    for each in servers.values():
        each.stop()


def _landmarks(address, tls):
    with client.Client(address, _MODEL, tls, deadline=60) as connected:
        return connected.landmarks()


def _landmarks_by_asyncio(address, tls):
    async def ask():
        async with async_client.AsyncClient(
            address, _MODEL, tls, deadline=60
        ) as connected:
            return await connected.landmarks()

    return asyncio.run(ask())


def _as_client(files, **others):
    return channels.Tls(
        files / "ca.crt", files / "client.crt", files / "client.key", **others
    )


@_needs("openssl")
def test_clients_are_answered_over_tls(addresses, files):
    alone = channels.Tls(files / "ca.crt")
    for ask in (_landmarks, _landmarks_by_asyncio):
        assert ask(addresses["ssl.config"], alone).names
        for address in addresses.values():
            assert ask(address, _as_client(files)).names


@_needs("openssl")
def test_the_command_detects_over_tls(addresses, files):
    made_files.write_video(files / "a.mp4", 2)
    replaced = {
        "localhost:8500": addresses["mutual.config"],
        "NAME": exported_models.NAME,
        "DIR": "out",
        "FILE": "a.mp4",
        # A size that is new to the server is slow on a busy machine.
        "--tls": "--deadline=300 --tls",
    }
    *_, asking, _ = documented.commands("TLS")
    assert "2 frames by version 1" in documented.run(asking, files, replaced)


@_needs("openssl")
@pytest.mark.parametrize(
    ("config", "make_tls"),
    [
        ("ssl.config", lambda files, strange: None),
        ("ssl.config", lambda files, strange: channels.Tls()),
        ("ssl.config", lambda files, strange: _as_client(strange)),
        (
            "ssl.config",
            lambda files, strange: _as_client(files, server_name="other"),
        ),
        ("mutual.config", lambda files, strange: None),
        (
            "mutual.config",
            lambda files, strange: channels.Tls(files / "ca.crt"),
        ),
        (
            "mutual.config",
            lambda files, strange: channels.Tls(
                files / "ca.crt", strange / "client.crt", strange / "client.key"
            ),
        ),
    ],
    ids=[
        "plaintext",
        "without the authority",
        "with another authority",
        "with another name",
        "plaintext to a server that wants certificates",
        "without a certificate",
        "with another authority's certificate",
    ],
)
@pytest.mark.parametrize("ask", [_landmarks, _landmarks_by_asyncio])
def test_others_are_refused_in_a_sentence(
    addresses, files, strange_files, config, make_tls, ask
):
    tls = make_tls(files, strange_files)
    with pytest.raises(messages.ServingError) as caught:
        ask(addresses[config], tls)
    assert caught.value.code == grpc.StatusCode.UNAVAILABLE
    sentence = str(caught.value)
    assert sentence.startswith(f"no server answers at {addresses[config]} (")
    assert sentence.endswith("or correct the address or the TLS settings")
    assert "\n" not in sentence
