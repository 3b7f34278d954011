"""The demo page in a real browser."""

import io
import json
import urllib.request

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common import by
from selenium.webdriver.support import wait

from tests.serving import browsers
from tests.serving import demo_pages
from tests.serving import exported_models

_NAME = exported_models.NAME


@pytest.fixture(scope="module")
def base_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / _NAME
    exported_models.add_version(path, 1)
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    started = browsers.start(tmp_path_factory.mktemp("browser") / "profile")
    yield started
    started.quit()


@pytest.fixture(scope="module")
def server(browser, base_path):
    running = exported_models.serve(base_path)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def address(server):
    with demo_pages.serve(server.rest_port, _NAME) as started:
        yield started


@pytest.fixture
def page(browser, address):
    """The page, opened anew; what it does may break no rule of its own."""
    browser.get(address + "/")
    _wait(browser, lambda: "version" in _element(browser, "model").text)
    yield browser
    _assert_no_complaints(browser)


@pytest.fixture
def pictures(tmp_path):
    """Paths of two PNG files, the first larger than what is sent."""
    paths = []
    for number, size in ((0, (1500, 1200)), (1, (50, 40))):
        paths.append(tmp_path / f"{number}.png")
        image = Image.fromarray(exported_models.IMAGES[number])
        image.resize(size, Image.Resampling.NEAREST).save(paths[-1])
    return paths


def _assert_no_complaints(browser):
    complaints = [
        line["message"]
        for line in browser.get_log("browser")
        if "Content Security Policy" in line["message"]
        or line["source"] == "javascript"
    ]
    assert complaints == []


def _element(browser, name):
    return browser.find_element(by.By.ID, name)


def _wait(browser, condition):
    return wait.WebDriverWait(browser, browsers.SECONDS, 0.05).until(
        lambda _: condition()
    )


def _choose(browser, name, path):
    _element(browser, f"{name}-file").send_keys(str(path))


def _pixels(browser, name):
    """What is on a canvas or in an image, uint8 [H, W, 3]."""
    url = browser.execute_script(
        """
        const source = document.getElementById(arguments[0]);
        const canvas = document.createElement("canvas");
        canvas.width = source.naturalWidth ?? source.width;
        canvas.height = source.naturalHeight ?? source.height;
        canvas.getContext("2d").drawImage(source, 0, 0);
        return canvas.toDataURL("image/png");
        """,
        name,
    )
    with urllib.request.urlopen(url) as file:
        return np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB"))


def _points(browser):
    canvas = _element(browser, "find-canvas")
    _wait(browser, lambda: canvas.get_attribute("data-points"))
    return np.array(json.loads(canvas.get_attribute("data-points")))


def _detect(client, image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return client.detect_files([file.getvalue()]).keypoints[0]


@pytest.fixture(scope="module")
def client(server):
    address = f"127.0.0.1:{server.port}"
    with grpc_client.Client(
        address, messages.Model(_NAME), deadline=60
    ) as connected:
        yield connected
