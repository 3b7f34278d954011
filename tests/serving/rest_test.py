"""The REST API: its answers, and TF-Serving's codes one by one."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from serving import client
from tests.serving import exported_models
from tests.serving import made_requests
from tests.serving import targets

_IMAGES = exported_models.IMAGES


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    with targets.serve(tmp_path_factory.mktemp("models")) as running:
        if running.rest_address is None:
            pytest.skip("--tf_serving_rest is not given")
        yield running


@pytest.fixture
def address(target):
    return target.rest_address


def test_answers_are_in_rows_and_columns(target, address):
    with client.Client(
        target.address, made_requests.MODEL, deadline=60
    ) as connected:
        expected = connected.detect(_IMAGES).keypoints
    status, rows = made_requests.predict_rest(
        address, {"instances": _IMAGES.tolist()}
    )
    assert status == 200
    found = [row["keypoints"] for row in rows["predictions"]]
    np.testing.assert_allclose(found, expected, atol=1e-3)
    status, columns = made_requests.predict_rest(
        address,
        {"inputs": {"images": _IMAGES.tolist()}},
        "puppets/versions/1",
    )
    assert status == 200
    np.testing.assert_allclose(
        columns["outputs"]["keypoints"], expected, atol=1e-3
    )


def test_files_come_and_go_in_base64(address):
    file = io.BytesIO()
    Image.fromarray(_IMAGES[0]).save(file, "PNG")
    encoded = {"b64": base64.b64encode(file.getvalue()).decode()}
    status, answer = made_requests.predict_rest(
        address, {"signature_name": "encoded", "instances": [encoded]}
    )
    assert status == 200
    assert len(answer["predictions"][0]["keypoints"]) == 3
    pair = {"image_bytes": encoded, "appearance_bytes": encoded}
    status, answer = made_requests.predict_rest(
        address, {"signature_name": "transfer", "instances": [pair]}
    )
    assert status == 200
    painted = base64.b64decode(answer["predictions"][0]["b64"])
    assert Image.open(io.BytesIO(painted)).format == "PNG"


def _encoded(instance):
    return {"signature_name": "encoded", "instances": [instance]}


@pytest.mark.parametrize(
    ("content", "where", "status"),
    [
        (b"{", "puppets", 400),
        (b"\xff", "puppets", 400),
        (b"[" * 100_000, "puppets", 400),
        ({}, "puppets", 400),
        ({"instances": []}, "puppets", 400),
        ({"instances": [[[1], [2, 3]]]}, "puppets", 400),
        ({"instances": [[[["a"]]]]}, "puppets", 400),
        ({"instances": [[[[1.5, 2, 3]]]]}, "puppets", 400),
        ({"instances": [[[[256, 2, 3]]]]}, "puppets", 400),
        ({"instances": [[1]]}, "puppets", 400),
        ({"inputs": {"picture": [1]}}, "puppets", 400),
        ({"inputs": {"\ud800": [1]}}, "puppets", 400),
        (_encoded({"b64": "?"}), "puppets", 400),
        (_encoded({"b64": "bm90aGluZw=="}), "puppets", 400),
        ({"signature_name": "x", "instances": [1]}, "puppets", 400),
        ({"signature_name": ["x"], "instances": [1]}, "puppets", 400),
        ({"instances": [1]}, "cats", 404),
        ({"instances": [1]}, "puppets/versions/7", 404),
        ({"instances": [1]}, "puppets/labels/stable", 400),
    ],
)
def test_a_wrong_request_has_its_code_and_the_next_is_answered(
    address, content, where, status
):
    found, answer = made_requests.predict_rest(address, content, where)
    assert found == status
    assert answer["error"]
    right = {"instances": _IMAGES[:1].tolist()}
    assert made_requests.predict_rest(address, right)[0] == 200


def test_lists_in_lists_have_an_end(address):
    depth = 500  # JSON's own limit is higher.
    lists = b"[" * depth + b"1" + b"]" * depth
    for signature in (b"encoded", b"serving_default"):
        content = b'{"signature_name": "%b", "instances": %b}'
        status, answer = made_requests.predict_rest(
            address, content % (signature, lists)
        )
        assert status == 400 and answer["error"]


def test_what_is_no_path_or_method_is_told_in_json(target, address):
    target.needs_ours("TF-Serving calls both malformed requests, with 400")
    assert made_requests.ask_rest(address, "/v2")[0] == 404
    path = "/v1/models/puppets/metadata"
    status, answer = made_requests.ask_rest(address, path, b"{}")
    assert status == 405 and answer["error"]


def test_states_and_metadata_are_told(address):
    status, answer = made_requests.ask_rest(address, "/v1/models/puppets")
    assert status == 200
    (version,) = answer["model_version_status"]
    assert (version["version"], version["state"]) == ("1", "AVAILABLE")
    path = "/v1/models/puppets/versions/1/metadata"
    status, answer = made_requests.ask_rest(address, path)
    assert status == 200 and "signature_def" in answer["metadata"]
    assert made_requests.ask_rest(address, "/v1/models/cats")[0] == 404
