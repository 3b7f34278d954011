"""Makes docs/images/demo_page.png, with the shipped detector.

bazel run //tests/serving:demo_page_screenshot -- PNG_FILE

The people in it are rendered here, of other seeds than those of the training.
"""

import io
import os
import pathlib
import tempfile

import numpy as np
from absl import app
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common import by
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support import wait

from serving.local import model_versions
from serving.local import server
from tests.serving import browsers
from tests.serving import demo_pages
from tf_landmarks import shipped
from tf_landmarks.data.sources import avatars
from tf_landmarks.exporting import exporter

_DETECTOR = "avatars_small"
_SEED = 7
_POSE, _LOOKS = (5, 0), (0, 4)  # clip and frame
_SIZE = 320


def main(argv: list[str]) -> None:
    """Renders, exports, serves, and looks at the page."""
    out = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        pose, looks = _frame(*_POSE), _frame(*_LOOKS)
        for name, frame in (("pose", pose), ("looks", looks)):
            Image.fromarray(frame).save(folder / f"{name}.png")
        base_path = folder / _DETECTOR
        exporter.export_saved_model(
            shipped.workdir(_DETECTOR), str(base_path), [pose, looks]
        )
        running = server.Server(
            [model_versions.Settings(_DETECTOR, base_path)],
            server.Options(port=0, rest_port=0),
        )
        with demo_pages.serve(running.rest_port, _DETECTOR) as address:
            browser = browsers.start(folder / "profile")
            # The first answers are slow, and of no interest.
            for _ in range(2):
                _use(browser, address, folder)
            _save(browser, out)
            browser.quit()
        running.stop()


def _frame(clip: int, number: int) -> np.ndarray:
    """A rendered person, uint8 [S, S, 3]."""
    source = avatars.source(
        _SIZE, avatars.Production("tiny", _SEED, processes=1)
    )
    frames = source.clips["test"][clip].frames()
    return next(frame.image for frame in frames if frame.number == number)


def _use(browser: webdriver.Chrome, address: str, folder: pathlib.Path) -> None:
    """Opens the page and fills both sections."""
    waiting = wait.WebDriverWait(browser, browsers.SECONDS)
    browser.get(address + "/")
    for name, picture, line, status in (
        ("find", "pose", "find-status", "landmarks in"),
        ("pose", "pose", "swap-status", "choose the looks"),
        ("looks", "looks", "swap-status", "Painted in"),
    ):
        file = browser.find_element(by.By.ID, f"{name}-file")
        file.send_keys(str(folder / f"{picture}.png"))
        waiting.until(
            expected_conditions.text_to_be_present_in_element(
                (by.By.ID, line), status
            )
        )


def _save(browser: webdriver.Chrome, out: str) -> None:
    """The whole page, in few colours: the file is small."""
    height = browser.execute_script(
        "return document.documentElement.scrollHeight"
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": 1100,
            "height": height,
            "deviceScaleFactor": 1,
            "mobile": False,
        },
    )
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png()))
    colours = picture.convert("RGB")
    # The default would give the few pixels of lines and points no colour.
    palette = colours.quantize(256, Image.Quantize.MAXCOVERAGE)
    colours.quantize(palette=palette).save(out, optimize=True)


if __name__ == "__main__":
    app.run(main)
