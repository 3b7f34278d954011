import functools

import pytest
from PIL import Image

from tests import tiny_runs
from tf_landmarks import detect
from tf_landmarks import errors

_main = functools.partial(tiny_runs.run_main, detect.main)


def test_results_are_written_and_named(tmp_path, capsys):
    workdir = tiny_runs.make_run(tmp_path / "run")
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    out = tmp_path / "out"
    _main(
        f"--workdir={workdir}",
        f"--images={tmp_path}/*.png",
        f"--out={out}",
        "--box=-5,0,20,20",
    )
    assert (out / "overlays" / "a.png").exists()
    printed = capsys.readouterr().out
    assert "1 frames in" in printed
    assert "frames/s" in printed
    assert str(out) in printed


def test_results_have_a_folder_by_themselves(tmp_path, monkeypatch):
    workdir = tiny_runs.make_run(tmp_path / "run")
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    _main(f"--workdir={workdir}", "--images=a.png")
    assert (tmp_path / "detected" / "overlays" / "a.png").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--images=*.png", "--out=o"), "either --workdir, .* or --pretrain"),
        (("--workdir=w", "--pretrained=p", "--out=o"), "and not both"),
        (("--pretrained=no_such", "--out=o"), "--pretrained=no_such does not"),
        (("--workdir=w", "--out=o"), "either --images or --video"),
        (
            ("--workdir=w", "--out=o", "--images=*", "--video=v"),
            "either --images or --video",
        ),
        (("--workdir=w", "--out=o", "--video=v", "--box=1,2"), "--box=1,2 is"),
        (("--workdir=w", "--out=o", "--video=v"), "v: cannot be read"),
    ],
)
def test_each_mistake_has_its_sentence(arguments, sentence):
    with pytest.raises(errors.UserError, match=sentence):
        _main(*arguments)
