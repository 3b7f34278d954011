"""Chromium without a window, driven by Selenium."""

import pathlib
import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.chrome import service

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--window-size=1200,1000",
)
SECONDS = 120  # a busy machine is no failure


def start(profile: pathlib.Path, *options: str) -> webdriver.Chrome:
    """A browser with a fake camera; the test is skipped where there is none.

    Args:
      profile: folder that is not there yet.
      *options: of Chromium, beside those of all tests.
    """
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        pytest.skip("chromium and chromedriver are not installed")
    chosen = webdriver.ChromeOptions()
    chosen.binary_location = programs[0]
    for option in (*_OPTIONS, f"--user-data-dir={profile}", *options):
        chosen.add_argument(option)
    chosen.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(chosen, service.Service(programs[1]))
    browser.set_page_load_timeout(SECONDS)
    browser.set_script_timeout(SECONDS)
    return browser
