"""The demo page's server: its files, what it passes on, what it says."""

import base64
import http.server
import io
import json
import socket
import threading
import urllib.error
import urllib.request

import pytest
from PIL import Image

from serving.demo import forwarding
from tests.serving import demo_pages
from tests.serving import exported_models

_NAME = exported_models.NAME
_PREDICT = f"/v1/models/{_NAME}/versions/1:predict"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base_path = tmp_path_factory.mktemp("models") / _NAME
    exported_models.add_version(base_path, 1)
    running = exported_models.serve(base_path)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def page(server):
    with demo_pages.serve(server.rest_port, _NAME) as address:
        yield address


def _ask(url, body=None):
    """Status, headers and content of an answer."""
    try:
        with urllib.request.urlopen(url, body, timeout=60) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def _error(url, body=None):
    status, headers, content = _ask(url, body)
    assert headers.get_content_type() == "application/json"
    return status, json.loads(content)["error"]


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("/", "text/html", "<!doctype html>"),
        ("/page.js", "text/javascript", "import"),
        ("/style.css", "text/css", "prefers-color-scheme"),
        ("/icon.svg", "image/svg+xml", "<svg"),
        ("/settings.json", "application/json", f'{{"model": "{_NAME}"}}'),
    ],
)
def test_the_page_has_its_files_and_loads_no_others(page, path, kind, text):
    status, headers, content = _ask(page + path)
    assert (status, headers.get_content_type()) == (200, kind)
    assert text in content.decode()
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "http" not in policy and "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/site.py", "/__init__.py", "/../demo_page.py", "/BUILD", "/x.js"]
)
def test_other_files_are_not_served(page, path):
    assert _ask(page + path)[0] == 404


def test_the_models_calls_are_passed_on(page, server):
    rest = f"http://127.0.0.1:{server.rest_port}"
    status, _, state = _ask(f"{page}/v1/models/{_NAME}")
    assert status == 200
    assert state == _ask(f"{rest}/v1/models/{_NAME}")[2]
    file = io.BytesIO()
    Image.fromarray(exported_models.IMAGES[0]).save(file, "PNG")
    encoded = {"b64": base64.b64encode(file.getvalue()).decode()}
    body = json.dumps(
        {
            "signature_name": "encoded",
            "instances": [{"image_bytes": encoded}],
        }
    ).encode()
    status, _, found = _ask(page + _PREDICT, body)
    assert status == 200
    assert found == _ask(rest + _PREDICT, body)[2]
    assert len(json.loads(found)["predictions"][0]["keypoints"]) == 3


def test_a_refusal_comes_through_as_the_server_said_it(page, server):
    rest = f"http://127.0.0.1:{server.rest_port}"
    for path, body in ((_PREDICT, b"{"), (_PREDICT.replace("1:", "9:"), b"{}")):
        refusal = _error(page + path, body)
        assert refusal[0] in (400, 404)
        assert refusal == _error(rest + path, body)


def test_another_model_is_not_passed_on(page):
    for path, body in (
        ("/v1/models/cats", None),
        ("/v1/models/cats/versions/1:predict", b"{}"),
    ):
        status, sentence = _error(page + path, body)
        assert (status, sentence) == (404, f"this page shows {_NAME} only")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/monitoring/prometheus/metrics", None, 404),
        (f"/v1/models/{_NAME}/metadata", None, 404),
        (f"/v1/models/{_NAME}:predict", b"{}", 404),
        (f"/v1/models/{_NAME}/versions/1:classify", b"{}", 404),
        (f"/v1/models/{_NAME}%2Fmetadata", None, 404),
        (f"/v1/models/{_NAME}", b"{}", 405),
        (_PREDICT, None, 405),
    ],
)
def test_paths_that_the_page_does_not_need_are_not_passed_on(
    page, path, body, status
):
    assert _ask(page + path, body)[0] == status


def test_what_is_too_large_is_refused(page):
    body = b" " * (forwarding.MAX_BODY_BYTES + 1)
    status, sentence = _error(page + _PREDICT, body)
    assert status == 413
    assert "larger than 8 MiB" in sentence


def test_a_server_that_goes_is_told_in_a_sentence(tmp_path):
    base_path = tmp_path / _NAME
    exported_models.add_version(base_path, 1)
    running = exported_models.serve(base_path)
    port = running.rest_port
    try:
        with demo_pages.serve(port, _NAME) as page:
            running.stop()
            running = None
            for path, body in ((f"/v1/models/{_NAME}", None), (_PREDICT, b"")):
                status, sentence = _error(page + path, body)
                assert status == 502
                assert f"no server answers at 127.0.0.1:{port}" in sentence
                assert "--rest_api_port" in sentence
    finally:
        if running:
            running.stop()


def _refused(*arguments):
    """The only line that the main says."""
    main = demo_pages.start(*arguments)
    said, _ = main.communicate(timeout=120)
    assert main.returncode == 1, said
    (line,) = said.splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--model=x",), "error: demo_page needs --rest_server"),
        (("--rest_server=a:1",), "error: demo_page needs --rest_server"),
        (
            ("--model=x", "--rest_server=http://a"),
            "error: --rest_server=http://a is no HOST:PORT",
        ),
        (
            ("--model=x/y", "--rest_server=a:1"),
            "error: --model=x/y is no model's name",
        ),
        (
            ("--model=x", "--rest_server=127.0.0.1:1"),
            "error: --rest_server=127.0.0.1:1: no server answers",
        ),
    ],
)
def test_mistakes_are_told_in_a_sentence(arguments, sentence):
    assert _refused(*arguments).startswith(sentence)


def test_what_is_not_as_the_flags_say_is_told(server):
    rest = f"--rest_server=127.0.0.1:{server.rest_port}"
    assert "--model=cats: the server at" in _refused("--model=cats", rest)
    grpc = f"--rest_server=127.0.0.1:{server.port}"
    assert "no server answers" in _refused(f"--model={_NAME}", grpc)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = f"--port={taken.getsockname()[1]}"
        line = _refused(f"--model={_NAME}", rest, port)
    assert line.startswith(f"error: {port}: 127.0.0.1:") and "taken" in line


def test_a_server_of_something_else_is_told():
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.serve_forever, daemon=True)
        thread.start()
        rest = f"--rest_server=127.0.0.1:{other.server_port}"
        line = _refused("--model=x", rest)
        other.shutdown()
    assert line.endswith("what answers there is no REST API of TF-Serving")
