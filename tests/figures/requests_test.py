import pathlib

import pytest

from tf_landmarks import errors
from tf_landmarks.figures import requests


def test_a_file_of_one_of_the_kinds_is_taken():
    path = requests.check_out("a/b.MP4", [".png", ".mp4"])
    assert path == pathlib.Path("a/b.MP4")


@pytest.mark.parametrize("out", ["a", "a.jpg", "png"])
def test_another_kind_is_refused(out):
    with pytest.raises(errors.UserError, match=f"--out={out}: give --out=FILE"):
        requests.check_out(out, [".png"])


def test_no_file_at_all_is_refused():
    with pytest.raises(errors.UserError, match=r"--out is missing.*FILE\.png"):
        requests.check_out(None, [".png"])


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(errors.UserError, match="is a folder"):
        requests.check_out(f"{tmp_path}/a.png", [".png"])
