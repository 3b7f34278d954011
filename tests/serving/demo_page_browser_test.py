"""The demo page in a real browser."""

import io
import json
import time
import urllib.request

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common import action_chains
from selenium.webdriver.common import by
from selenium.webdriver.common import keys
from selenium.webdriver.support import wait

from serving import client
from serving import messages
from tests import tiny_runs
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


@pytest.fixture(scope="module")
def asked(server):
    """The server without a browser between."""
    address = f"127.0.0.1:{server.port}"
    model = messages.Model(_NAME)
    with client.Client(address, model, deadline=browsers.SECONDS) as connected:
        yield connected


@pytest.fixture
def page(browser, address):
    """The page, opened anew; what it does may break no rule of its own."""
    _open(browser, address)
    yield browser
    _assert_no_complaints(browser)


@pytest.fixture
def files(tmp_path):
    """Paths of two PNG files, small enough to be sent as they are."""
    paths = [tmp_path / "first.png", tmp_path / "second.png"]
    for path, image in zip(paths, exported_models.IMAGES, strict=False):
        Image.fromarray(image).save(path)
    return paths


def _open(browser, address):
    browser.get(address + "/")
    _wait(browser, lambda: "version" in _text(browser, "model"))


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


def _text(browser, name):
    return _element(browser, name).text


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


def _version(browser):
    """Of what found the landmarks that are shown."""
    _points(browser)
    return _text(browser, "find-version")


def test_landmarks_are_drawn_where_the_server_finds_them(page, files, asked):
    _choose(page, "find", files[0])
    points = _points(page)
    (keypoints,) = asked.detect_files([files[0].read_bytes()]).keypoints
    drawn = _pixels(page, "find-canvas")
    # The centre of a picture's first pixel is (0, 0).
    zoom = drawn.shape[1] / exported_models.IMAGES.shape[2]
    np.testing.assert_allclose(points, (keypoints + 0.5) * zoom, atol=0.1)
    # The other section shows the same file without landmarks.
    _choose(page, "pose", files[0])
    _wait(page, _element(page, "pose-canvas").is_displayed)
    bare = _pixels(page, "pose-canvas")
    changed = np.any(drawn != bare, axis=-1)
    for x, y in np.floor(points).astype(int):
        assert changed[y, x]
    assert 0 < changed.mean() < 0.5
    assert _version(page) == "1"
    assert "3 landmarks in first.png" in _text(page, "find-status")


def test_the_list_names_the_landmarks_in_pixels_of_the_original(
    page, tmp_path, asked
):
    image = Image.fromarray(exported_models.IMAGES[0])
    image = image.resize((1500, 1200), Image.Resampling.BICUBIC)
    image.save(tmp_path / "large.png")
    _choose(page, "find", tmp_path / "large.png")
    points = _points(page)
    assert _text(page, "find-size") == "1500 × 1200"
    assert _pixels(page, "find-canvas").shape == (819, 1024, 3)
    rows = [
        [cell.text for cell in row.find_elements(by.By.XPATH, "*")]
        for row in _element(page, "landmarks").find_elements(
            by.By.TAG_NAME, "tr"
        )
    ]
    names = [name.replace("_", " ") for name in tiny_runs.SKELETON.landmarks]
    assert [row[0] for row in rows] == names
    listed = np.array([row[1].split(", ") for row in rows], float)
    np.testing.assert_allclose(
        listed, points * 1500 / 1024 - 0.5, atol=0.0501 + 1e-6
    )
    found = asked.detect(np.asarray(image)[np.newaxis])
    np.testing.assert_allclose(listed, found.keypoints[0], atol=30)
    confidence = np.array([row[2] for row in rows], float)
    np.testing.assert_allclose(confidence, found.confidence[0], atol=0.1)


def test_a_landmark_that_is_pointed_at_is_named(page, tmp_path):
    portrait = exported_models.IMAGES[0].transpose(1, 0, 2)[:, :25]
    Image.fromarray(portrait).save(tmp_path / "portrait.png")
    _choose(page, "find", tmp_path / "portrait.png")
    points = _points(page)
    before = _pixels(page, "find-canvas")
    canvas = _element(page, "find-canvas")
    shown = canvas.size["width"] / before.shape[1]
    assert canvas.size["height"] / before.shape[0] == pytest.approx(
        shown, rel=0.01
    )
    middle = np.array(before.shape[1::-1]) / 2
    for number, point in enumerate(points):
        x, y = np.round((point - middle) * shown)
        mouse = action_chains.ActionChains(page)
        mouse.move_to_element_with_offset(canvas, int(x), int(y)).perform()
        (row,) = page.find_elements(by.By.CSS_SELECTOR, "tr.marked")
        name = tiny_runs.SKELETON.landmarks[number].replace("_", " ")
        assert row.text.startswith(name)
        assert np.any(_pixels(page, "find-canvas") != before)


def test_a_photo_is_turned_upright_before_it_is_sent(page, tmp_path, asked):
    upright = Image.fromarray(exported_models.IMAGES[0])
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    path = tmp_path / "turned.png"
    upright.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    _choose(page, "find", path)
    points = _points(page)
    assert _text(page, "find-size") == "50 × 40"
    keypoints = asked.detect(np.asarray(upright)[np.newaxis]).keypoints[0]
    zoom = _pixels(page, "find-canvas").shape[1] / 50
    np.testing.assert_allclose(points, (keypoints + 0.5) * zoom, atol=0.1)


def _painted(page):
    """What is shown as soon as the answer is there."""
    _wait(page, lambda: _text(page, "swap-status").startswith("Painted in"))
    _wait(page, lambda: _element(page, "painted").get_property("complete"))
    return _pixels(page, "painted")


def test_pose_and_looks_are_swapped_and_exchanged(page, files, asked):
    first, second = (path.read_bytes() for path in files)
    assert not _element(page, "exchange").is_enabled()
    _choose(page, "pose", files[0])
    _wait(page, lambda: "choose the looks" in _text(page, "swap-status"))
    _choose(page, "looks", files[1])
    painted = _painted(page)
    (expected,) = asked.transfer([first], [second])
    np.testing.assert_array_equal(painted, Image.open(io.BytesIO(expected)))
    before = _pixels(page, "pose-canvas")
    _element(page, "exchange").send_keys(keys.Keys.ENTER)
    _wait(page, lambda: _element(page, "painted").is_displayed())
    (expected,) = asked.transfer([second], [first])
    np.testing.assert_array_equal(
        _painted(page), Image.open(io.BytesIO(expected))
    )
    np.testing.assert_array_equal(_pixels(page, "looks-canvas"), before)


def _frames(page):
    canvas = _element(page, "find-canvas")
    return int(canvas.get_attribute("data-frames") or 0)


def test_the_camera_runs_until_it_is_stopped(page):
    start, stop = _element(page, "camera-start"), _element(page, "camera-stop")
    assert not stop.is_displayed()
    start.click()
    _wait(page, lambda: _frames(page) >= 3)
    assert stop.is_displayed() and not start.is_displayed()
    assert _points(page).shape == (3, 2)
    stop.click()
    _wait(page, start.is_displayed)
    assert not stop.is_displayed()
    assert _text(page, "find-status") == "The camera is off."
    frames = _frames(page)
    time.sleep(1)
    assert _frames(page) == frames
    assert _text(page, "find-error") == ""


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("NotFoundError", "There is no camera; connect one"),
        ("NotAllowedError", "The camera is not allowed; allow it"),
    ],
)
def test_a_camera_that_is_not_to_be_had_is_told(page, reason, sentence):
    page.execute_script(
        "const reason = arguments[0]; navigator.mediaDevices.getUserMedia = "
        "() => Promise.reject(new DOMException('', reason));",
        reason,
    )
    _element(page, "camera-start").click()
    _wait(page, lambda: _text(page, "find-error").startswith(sentence))
    assert _element(page, "camera-start").is_displayed()


def test_a_camera_that_cannot_be_shown_is_given_back(page):
    page.execute_script(
        "const ask = navigator.mediaDevices.getUserMedia.bind("
        "navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (what) => "
        "(window.stream = await ask(what));"
        "HTMLVideoElement.prototype.play = () => "
        "Promise.reject(new DOMException('no play', 'AbortError'));"
    )
    _element(page, "camera-start").click()
    sentence = "The camera does not start: no play; try again"
    _wait(page, lambda: _text(page, "find-error").startswith(sentence))
    states = page.execute_script(
        "return window.stream.getTracks().map((track) => track.readyState);"
    )
    assert set(states) == {"ended"}


def test_a_broken_file_is_told_and_the_next_is_not(page, files, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    for section in ("find", "pose"):
        _choose(page, section, broken)
    sentence = "Broken.png: cannot be opened as a picture; choose"
    for name in ("find-error", "swap-error"):
        _wait(page, lambda name=name: sentence in _text(page, name))
    _choose(page, "find", files[0])
    assert _points(page).shape == (3, 2)
    assert _text(page, "find-error") == ""


def _available(running):
    """Numbers of the versions that answer."""
    states = running.models.find(_NAME).status(None)
    return [each.version for each in states if each.state == each.AVAILABLE]


def test_new_versions_are_followed_and_a_server_that_goes_is_told(
    browser, files, tmp_path
):
    base_path = tmp_path / _NAME
    exported_models.add_version(base_path, 1)
    running = exported_models.serve(base_path)
    try:
        with demo_pages.serve(running.rest_port, _NAME) as address:
            _open(browser, address)
            _choose(browser, "find", files[0])
            assert _version(browser) == "1"
            exported_models.add_version(base_path, 2)
            _wait(browser, lambda: _available(running) == [2])
            _choose(browser, "find", files[1])
            _wait(
                browser, lambda: "second.png." in _text(browser, "find-status")
            )
            assert _version(browser) == "2"
            running.stop()
            running = None
            _choose(browser, "find", files[0])
            _wait(browser, lambda: _text(browser, "find-error"))
            assert "No server answers at" in _text(browser, "find-error")
            assert not _element(browser, "found").is_displayed()
    finally:
        if running:
            running.stop()
    _assert_no_complaints(browser)
