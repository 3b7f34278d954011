import functools

import av
import numpy as np
import pytest
from PIL import Image

from tests import tiny_runs
from tf_landmarks import edit
from tf_landmarks import errors

_main = functools.partial(tiny_runs.run_main, edit.main)
_WIDTH, _HEIGHT = 3 * 196 - 4, 18 + 192


@pytest.fixture
def workdir(tmp_path):
    data_dir = tiny_runs.make_data(tmp_path / "data")
    return tiny_runs.make_run(tmp_path / "run", data_dir)


def test_a_picture_of_before_and_after_is_written(workdir, tmp_path, capsys):
    out = tmp_path / "out" / "10.png"
    _main(f"--workdir={workdir}", "--move=head:0.1,0.2", f"--out={out}")
    with Image.open(out) as picture:
        assert picture.size == (_WIDTH, 18 + 2 * 214 - 4)
    assert f"see {out}" in capsys.readouterr().out


def test_a_movie_of_the_way_there_and_back_is_written(workdir, tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    Image.fromarray(image).save(tmp_path / "own.png")
    out = tmp_path / "10.mp4"
    _main(
        f"--workdir={workdir}",
        f"--images={tmp_path}/own.png",
        "--box=10,0,40,40",
        "--move=head:0.3,0.3",
        "--move=left_hand:-0.3,0",
        f"--out={out}",
    )
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (_WIDTH, _HEIGHT)
        frames = [f.to_ndarray(format="rgb24") for f in container.decode()]
    assert len(frames) == 50

    def from_the_first(number):
        return abs(frames[number].astype(int) - frames[0]).mean()

    assert from_the_first(49) < 0.2 * from_the_first(25)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--move=left_hnd:0,0"], "nearest names are left_hand"),
        (["--move=head:up"], "is not NAME:X,Y"),
        (["--move=head:0,0", "--out=a.gif"], r"FILE\.png or --out=FILE\.mp4"),
        (["--move=head:0,0", "--images=no.jpg"], "--images=no.jpg matches no"),
        (["--move=head:0,0", "--split=val"], "no split 'val'"),
        ([], "needs --move"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(
    workdir, tmp_path, flags, sentence
):
    out = tmp_path / "out"
    with pytest.raises(errors.UserError, match=sentence):
        _main(f"--workdir={workdir}", f"--out={out}/10.png", *flags)
    assert not out.exists()


def test_without_a_run_the_flags_are_named():
    with pytest.raises(errors.UserError, match=r"--workdir.*--pretrained"):
        _main("--out=a.png")
