"""The client's main: from pictures to results, or to a sentence."""

import json

import numpy as np
import pytest
from absl import flags
from absl.testing import flagsaver
from PIL import Image

from serving import client
from serving import command_line
from serving import detect
from serving import footage
from serving import messages
from tests.data import made_files
from tests.serving import targets


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with targets.serve(tmp_path_factory.mktemp("models")) as running:
        yield f"--server={running.address}"


def _main(*arguments):
    with flagsaver.flagsaver():
        # A size that is new to the server is slow on a busy machine.
        flags.FLAGS(["detect", "--deadline=300", *arguments])
        return detect.main()


def _lines(out):
    text = (out / "detections.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_a_video_comes_back_with_landmarks(server, tmp_path, capsys):
    made_files.write_video(tmp_path / "a.mp4", 10)
    out = tmp_path / "out"
    _main(
        server, "--model=puppets", f"--video={tmp_path}/a.mp4", f"--out={out}"
    )
    lines = _lines(out)
    assert [line["frame"] for line in lines] == list(range(10))
    names = [landmark["name"] for landmark in lines[0]["landmarks"]]
    assert names == ["head", "left_hand", "right_hand"]
    assert (out / "overlay.mp4").stat().st_size > 0
    assert "10 frames by version 1" in capsys.readouterr().out
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.mp4", "out"}


def test_images_may_have_different_sizes(server, tmp_path):
    for name, size in (("a", (30, 40)), ("b", (50, 20))):
        Image.fromarray(np.zeros((*size, 3), np.uint8)).save(
            tmp_path / f"{name}.png"
        )
    out = tmp_path / "out"
    _main(
        server, "--model=puppets", f"--images={tmp_path}/*.png", f"--out={out}"
    )
    overlays = sorted((out / "overlays").iterdir())
    assert [Image.open(path).size for path in overlays] == [(40, 30), (20, 50)]


def test_what_does_not_fit_a_message_is_sent_smaller(
    server, tmp_path, monkeypatch
):
    monkeypatch.setattr(footage, "_MOST_SENT", 30 * 40 * 3)
    rng = np.random.default_rng(0)
    large = rng.integers(0, 256, (30, 50, 3), np.uint8)
    whole, halves = large[:, :40], large.reshape(15, 2, 25, 2, 3)
    half = np.floor(halves.mean((1, 3)) + 0.5).astype(np.uint8)
    for name, picture in (("large", large), ("whole", whole)):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    out = tmp_path / "out"
    _main(
        server, "--model=puppets", f"--images={tmp_path}/*.png", f"--out={out}"
    )
    found = [
        [[landmark["x"], landmark["y"]] for landmark in line["landmarks"]]
        for line in _lines(out)
    ]
    address, model = server.partition("=")[2], messages.Model("puppets")
    with client.Client(address, model, deadline=300) as connected:
        of_half = connected.detect(half[np.newaxis]).keypoints[0]
        of_whole = connected.detect(whole[np.newaxis]).keypoints[0]
    # A pixel of the half has its centre between those of four.
    np.testing.assert_allclose(found[0], 2 * of_half + 0.5, atol=0.02)
    np.testing.assert_allclose(found[1], of_whole, atol=0.02)
    drawn = Image.open(out / "overlays/000000_large.jpg")
    assert drawn.size == (50, 30)


def test_landmarks_that_change_meanwhile_end_it(
    server, tmp_path, image, monkeypatch
):
    of_server = iter(
        messages.Landmarks(names, (), 8)
        for names in (("a", "b", "c"), ("c", "b", "a"))
    )
    monkeypatch.setattr(
        client.Client, "landmarks", lambda *arguments: next(of_server)
    )
    with pytest.raises(command_line.UserError, match="version 1 came to be"):
        _main(server, "--model=puppets", image, f"--out={tmp_path}/out")
    assert [path.name for path in tmp_path.iterdir()] == ["0.png"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--images=x",), "needs --server"),
        (("--model=puppets", "--out=o"), "give one of"),
        (
            ("--model=puppets", "--out=o", "--images=none/*"),
            "--images=none/.* matches no file",
        ),
        (
            ("--model=puppets", "--out=o", "--images=/"),
            r"--images=/ matches folders only; .*'/\*\.jpg'",
        ),
        (
            ("--model=puppets", "--out=o", "--video=none.mp4"),
            "none.mp4: cannot be read as a video.*; check the path",
        ),
        (
            ("--model=puppets", "--out=o", "--version=1", "--label=stable"),
            "--version or --label, not both",
        ),
        (
            ("--model=puppets", "--out=o", "--camera=77"),
            "/dev/video77: cannot be read",
        ),
    ],
)
def test_mistakes_are_told_in_a_sentence(server, arguments, sentence):
    with pytest.raises(command_line.UserError, match=sentence):
        _main(server, *arguments)


@pytest.fixture
def image(tmp_path):
    made_files.write_images(tmp_path, 1)
    return f"--images={tmp_path}/0.png"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--model=cats",), "does not serve cats"),
        (("--ca_cert=ca.pem", "--model=puppets"), "--ca_cert needs --tls"),
        (
            ("--tls", "--client_key=k.pem", "--model=puppets"),
            "go together",
        ),
        (
            ("--tls", "--ca_cert=no.pem", "--model=puppets"),
            r"--ca_cert=no\.pem: no such file; give a PEM file",
        ),
    ],
)
def test_nothing_is_left_of_what_failed(
    server, tmp_path, image, arguments, sentence
):
    with pytest.raises(command_line.UserError, match=sentence):
        _main(server, image, f"--out={tmp_path}/out", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["0.png"]


def test_results_do_not_replace_others(server, tmp_path, image):
    with pytest.raises(command_line.UserError, match="exists; delete it"):
        _main(server, image, "--model=puppets", f"--out={tmp_path}")
