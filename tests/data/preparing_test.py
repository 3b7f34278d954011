import pathlib

import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import preparing


def _source(position):
    """A clip of a square that blinks in the middle; poses at `position`."""

    def frames():
        for number in range(6):
            image = np.zeros((64, 64, 3), np.uint8)
            image[16:48, 16:48] = 255 * (number % 2)
            yield clips.Frame(number, image, (0, 0, 64, 64))

    def broken():
        raise images.BadFile("b.mp4: cut")
        yield

    shape = np.array([[0, -0.5], [-0.5, 0.5], [0.5, 0.5]]) + position
    return clips.Source(
        "made",
        {},
        tiny_runs.SKELETON,
        {"train": [clips.Clip("a", frames), clips.Clip("b", broken)]},
        {
            "train": clips.Poses(
                np.stack([shape] * 3), np.ones([3, 4]), 7, "a.mat"
            )
        },
    )


def _report(tmp_path, capsys, position=0.0):
    data_dir = str(tmp_path / "data")
    bad_files = clips.BadFiles(skip=True)
    preparing.prepare(_source(position), data_dir, 32, bad_files)
    return capsys.readouterr().out


def test_report_counts_and_names_what_was_left_out(tmp_path, capsys):
    report = _report(tmp_path, capsys)
    assert "train: 1 clips, 6 frames in 1 runs, 3 poses" in report
    assert (
        "7 poses were left out, the first a.mat: a landmark is missing"
    ) in report
    assert "1 bad files were skipped:\n  b.mp4: cut\n" in report
    assert f"the data are in {tmp_path / 'data'}" in report
    assert "warning" not in report


def test_report_warns_where_prior_and_crops_differ(tmp_path, capsys):
    report = _report(tmp_path, capsys, position=0.5)
    assert "warning: the prior's poses are centred 24% of the image" in report


@pytest.mark.parametrize("size", [-16, 0, 8, 16, 100])
def test_image_size_divides_by_16_more_than_once(size):
    with pytest.raises(errors.UserError, match=f"--image_size={size} is not"):
        preparing.check_image_size(size)


@pytest.mark.parametrize("size", [32, 48, 64, 128])
def test_other_image_sizes_will_do(size):
    preparing.check_image_size(size)


def test_the_size_is_checked_before_anything_is_fetched():
    with pytest.raises(errors.UserError, match="--image_size=50 is not"):
        preparing.prepare_cached(preparing.Own("demo", 50), "none")


def test_only_some_datasets_make_themselves():
    with pytest.raises(errors.UserError, match="--dataset=video cannot be"):
        preparing.prepare_cached(preparing.Own("video", 64), "none")


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """The folders that were prepared in an empty cache; code in tmp_path."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(preparing, "__file__", str(tmp_path / "preparing.py"))
    folders = []

    def prepare(source, data_dir, image_size, bad_files):
        pathlib.Path(data_dir).mkdir(parents=True)
        folders.append(data_dir)

    monkeypatch.setattr(preparing, "own_source", lambda own: own)
    monkeypatch.setattr(preparing, "prepare", prepare)
    return folders


def test_the_demo_has_the_data_of_the_talking_face(prepared):
    for dataset in ("demo", "talking_face"):
        preparing.prepare_cached(preparing.Own(dataset, 64), "none")
    assert len(prepared) == 1


def test_data_of_other_code_are_prepared_again(prepared, tmp_path):
    own = preparing.Own("avatars", 64)
    module = tmp_path / "sources" / "avatars.py"
    module.parent.mkdir()
    for code in ("one", "one", "another"):
        module.write_text(code)
        last = preparing.prepare_cached(own, "none")
    assert len(prepared) == 2
    assert prepared[1] == last != prepared[0]
