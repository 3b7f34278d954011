import numpy as np
import pytest

from tests import tiny_runs
from tests.figures import cells
from tests.figures import vivid_runs
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import records
from tf_landmarks.data import writing
from tf_landmarks.figures import factorization
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests


def _make_data(folder, names):
    """A test split with clips of two frames, each clip of its own grey."""

    def clip(level):
        for number in range(2):
            image = np.full((32, 32, 3), level, np.uint8)
            image[:, : 4 * number] = 0
            yield clips.Frame(number, image, (0.0, 0.0, 32.0, 32.0))

    test = [
        clips.Clip(name, lambda level=40 * i: clip(level), 2)
        for i, name in enumerate(names, start=1)
    ]
    poses = np.zeros((1, 3, 2))
    source = clips.Source(
        name="greys",
        description={},
        skeleton=tiny_runs.SKELETON,
        clips={"test": test},
        poses={"train": clips.Poses(poses, np.array([[0, 0, 32, 32]]))},
    )
    writing.write(source, str(folder), tiny_runs.SIZE, clips.BadFiles(False))
    return str(folder)


def _request(folder, names="abcd", **kwargs):
    data_dir = _make_data(folder / "data", names)
    workdir = vivid_runs.make_run(folder / "run", data_dir)
    return requests.Request((workdir,), **kwargs)


def test_rows_are_targets_and_columns_styles_of_other_clips(tmp_path):
    picture = factorization.draw(_request(tmp_path), 3, 2).picture
    assert picture.size == cells.size(4, 3)
    targets = [cells.shrunk(cells.cut(picture, r, 0)) for r in (1, 2, 3)]
    styles = [cells.shrunk(cells.cut(picture, 0, c)) for c in (1, 2)]
    # Only the right half tells clips apart, and JPEG is not exact.
    of_targets = {round(t[:, 16:].mean(), 1) for t in targets}
    of_styles = {round(s[:, 16:].mean(), 1) for s in styles}
    assert len(of_targets) == len(of_styles) == 2
    assert not of_targets & of_styles
    seen = set()
    for r, x in enumerate(targets, start=1):
        for c, x_prime in enumerate(styles, start=1):
            images = [np.float32(i[None] * 2 - 1) for i in (x, x_prime)]
            x_hat = vivid_runs.networks().repaint(*images)["x_hat"][0]
            cell = cells.shrunk(cells.cut(picture, r, c))
            expected = np.clip(x_hat / 2 + 0.5, 0, 1)
            np.testing.assert_allclose(cell, expected, atol=0.05)
            seen.add(cell.tobytes())
    assert len(seen) == 6


def test_fewer_frames_than_asked_for_make_a_smaller_figure(tmp_path):
    request = _request(tmp_path, names="ab")
    assert factorization.draw_few(request).picture.size == cells.size(3, 3)
    assert factorization.draw_many(request).picture.size == cells.size(3, 3)


def test_the_count_is_of_targets(tmp_path):
    request = _request(tmp_path, count=1)
    assert factorization.draw_few(request).picture.size == cells.size(2, 4)


def test_a_single_clip_is_refused(tmp_path):
    with pytest.raises(errors.UserError, match="--split=test has a single"):
        factorization.draw_few(_request(tmp_path, names="a"))


def test_a_split_that_is_not_there_is_refused(tmp_path):
    request = _request(tmp_path, split="val")
    assert "val" not in records.read_info(painting.find_data(request)).splits
    with pytest.raises(errors.UserError, match="no split 'val'"):
        factorization.draw_few(request)
