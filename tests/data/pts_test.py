import re

import numpy as np
import pytest

from tests.data import made_files
from tf_landmarks.data import images
from tf_landmarks.data import pts


def test_points_are_read_and_count_from_zero(tmp_path):
    path = tmp_path / "a.pts"
    path.write_text("version: 1\nn_points:  2\n{\n1.0 2.5\n-3 1e1\n}\n")
    np.testing.assert_array_equal(pts.read(path, 2), [[0, 1.5], [-4, 9]])


def test_windows_line_ends_and_a_missing_last_one_are_read(tmp_path):
    path = tmp_path / "a.pts"
    path.write_bytes(b"version: 1\r\nn_points: 1\r\n{\r\n1 1\r\n}")
    np.testing.assert_array_equal(pts.read(path, 1), [[0, 0]])


def test_what_the_tests_write_is_read_back(tmp_path):
    points = np.random.default_rng(0).uniform(0, 100, (68, 2))
    made_files.write_pts(tmp_path / "a.pts", points)
    np.testing.assert_allclose(
        pts.read(tmp_path / "a.pts", 68), points, atol=1e-6
    )


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"", "no `version: 1`"),
        (b"x,y\n1,2\n", "no `version: 1`"),
        (b"version: 1\nn_points: 1\n{\n1 1\n", "no `version: 1`"),  # cut
        (b"version: 1\nn_points: 2\n{\n1 1\n}\n", "2 numbers for n_points: 2"),
        (b"version: 1\nn_points: 1\n{\n1 one\n}\n", "could not convert"),
        (b"version: 1\nn_points: 1\n{\n1 nan\n}\n", "not finite"),
        (b"\xff\xd8\xff\xe0 a JPEG", "codec can't decode"),
    ],
)
def test_what_is_no_pts_file_is_named(tmp_path, content, problem):
    path = tmp_path / "a.pts"
    path.write_bytes(content)
    sentence = rf"{re.escape(str(path))}: cannot be read as a \.pts file \(.*"
    with pytest.raises(images.BadFile, match=sentence + re.escape(problem)):
        pts.read(path, 1)


def test_a_folder_of_that_name_is_named(tmp_path):
    (tmp_path / "a.pts").mkdir()
    with pytest.raises(images.BadFile, match=r"a\.pts: cannot be read"):
        pts.read(tmp_path / "a.pts", 1)


def test_another_number_of_points_is_named(tmp_path):
    made_files.write_pts(tmp_path / "a.pts", np.ones([49, 2]))
    with pytest.raises(images.BadFile, match=r"a\.pts: has 49 .* of 68"):
        pts.read(tmp_path / "a.pts", 68)
