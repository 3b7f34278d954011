"""What `detect` keeps and says when servers, files or users stop it."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import av
import grpc
import pytest
from absl import flags
from absl.testing import flagsaver
from PIL import Image

from serving import command_line
from serving import detect
from serving import results
from serving import staging
from tests.data import made_files
from tests.serving import scripted_servers
from tests.serving import server_processes

_COMMAND = [sys.executable, "-m", "serving.detect", "--model=m"]


def _main(address, *arguments):
    with flagsaver.flagsaver():
        given = [f"--server={address}", "--model=m", "--deadline=60"]
        flags.FLAGS(["detect", *given, *arguments])
        return detect.main()


def _lines(out):
    text = (out / "detections.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


class _Versions:
    """Answers by versions in turn, of which some are served no more."""

    def __init__(self, answering, served, names=scripted_servers.NAMES):
        self._answering = iter(answering)
        self._served, self._names = served, names

    def detect(self, request, context):
        return scripted_servers.detections(next(self._answering))

    def name(self, request, context):
        spec = request.model_spec
        version = spec.version.value if spec.HasField("version") else None
        if version is not None and version not in self._served:
            context.abort(grpc.StatusCode.NOT_FOUND, "Servable not found")
        return scripted_servers.landmarks(max(self._served), self._names)


@pytest.fixture
def video(tmp_path):
    made_files.write_video(tmp_path / "in" / "a.mp4", 4)
    return f"--video={tmp_path}/in/a.mp4"


@pytest.mark.parametrize(
    ("answering", "served"),
    [
        ((1, 2, 1, 2), {2}),
        ((1, 2, 2, 2), {2}),
        ((1, 2, 3, 3), {3}),
        ((1, 2, 1, 1), {1, 2}),
    ],
)
def test_versions_may_be_unloaded_while_a_video_is_asked(
    tmp_path, video, capsys, answering, served
):
    versions = _Versions(answering, served)
    out = tmp_path / "out"
    with scripted_servers.serve(versions.detect, versions.name) as (address, _):
        assert _main(address, video, f"--out={out}", "--in_flight=1") == 0
    assert [line["version"] for line in _lines(out)] == list(answering)
    by = " and ".join(f"version {each}" for each in sorted(set(answering)))
    assert f"4 frames by {by}; " in capsys.readouterr().out


def test_a_version_is_asked_for_its_landmarks_once(tmp_path, video):
    versions = _Versions((1, 2, 1, 2), {1, 2})
    with scripted_servers.serve(versions.detect, versions.name) as served:
        address, service = served
        _main(address, video, f"--out={tmp_path}/out", "--in_flight=1")
    # First what the landmarks are, then those of either version.
    assert service.signatures.count("landmarks") == 3


def test_a_version_that_came_and_went_must_have_as_many_landmarks(
    tmp_path, video
):
    counts = iter((3, 3, 2))

    def answer(request, context):
        count = next(counts)
        return scripted_servers.detections(version=count, landmarks=count)

    name = _Versions((), {3}).name
    with scripted_servers.serve(answer, name) as (address, _):
        with pytest.raises(command_line.UserError, match="version 2 came to"):
            _main(address, video, f"--out={tmp_path}/out", "--in_flight=1")
    assert len(_lines(tmp_path / "out")) == 3


class _Failing:
    """Answers some pictures, and then does something else."""

    def __init__(self, count, then):
        self._numbers, self._count, self._then = itertools.count(), count, then

    def __call__(self, request, context):
        if next(self._numbers) >= self._count:
            self._then(context)
        return scripted_servers.detections()


def _hang(context):
    over = threading.Event()
    context.add_callback(over.set)
    over.wait()


def _refuse(context):
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no such pictures")


def _be_away(context):
    context.abort(grpc.StatusCode.UNAVAILABLE, "going down")


def _frames_of(path):
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        (_hang, "did not answer within 2 s; allow more time"),
        (_refuse, "refused the request: no such pictures"),
        (_be_away, r"no server answers at .* \(going down\)"),
    ],
)
def test_what_was_answered_before_a_failure_is_kept(
    tmp_path, video, then, reason
):
    out = tmp_path / "out"
    arguments = (video, f"--out={out}", "--in_flight=1", "--deadline=2")
    before_frame = rf"{reason}.*; {out} has what was found before frame 2 of "
    with scripted_servers.serve(_Failing(2, then)) as (address, _):
        with pytest.raises(command_line.UserError, match=before_frame):
            _main(address, *arguments)
    *answered, failed = _lines(out)
    assert [line["frame"] for line in answered] == [0, 1]
    assert set(failed) == {"source", "frame", "error"}
    assert failed["frame"] == 2
    assert re.search(reason, failed["error"])
    assert _frames_of(out / "overlay.mp4") == 2
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


@pytest.mark.parametrize("filled_with", [b"\0", b""], ids=["damaged", "cut"])
def test_the_frames_before_a_damage_are_kept(tmp_path, filled_with):
    path = tmp_path / "in" / "a.mp4"
    made_files.write_video(path, 60)
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + filled_with * half)
    out = tmp_path / "out"
    with scripted_servers.serve() as (address, _):
        with pytest.raises(command_line.UserError, match="cut it there; "):
            _main(address, f"--video={path}", f"--out={out}")
    *answered, failed = _lines(out)
    count = len(answered)
    assert 10 < count < 60
    assert [line["frame"] for line in answered] == list(range(count))
    assert failed["frame"] == count
    assert f"cannot be read after {count} frames" in failed["error"]
    assert _frames_of(out / "overlay.mp4") == count


def test_images_that_cannot_be_read_are_left_out_and_told(tmp_path, capfd):
    made_files.write_images(tmp_path / "in", 4)
    for number in (0, 2):
        (tmp_path / f"in/{number}.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    with scripted_servers.serve() as (address, _):
        with pytest.raises(
            command_line.UserError, match="2 of 4 images have no landmarks"
        ):
            _main(address, f"--images={tmp_path}/in/*.png", f"--out={out}")
    lines = _lines(out)
    assert [line["frame"] for line in lines] == [0, 1, 2, 3]
    assert ["error" in line for line in lines] == [True, False] * 2
    said = capfd.readouterr().err
    for number in (0, 2):
        reason = f"{tmp_path}/in/{number}.png: cannot be read as an image"
        assert reason in said and reason in lines[number]["error"]
    names = {path.name for path in (out / "overlays").iterdir()}
    assert names == {"000001_1.jpg", "000003_3.jpg"}


def _be_full(context):
    context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "queue timeout")


@pytest.mark.parametrize("then", [_hang, _refuse, _be_full])
def test_images_that_the_server_does_not_answer_are_left_out_and_told(
    tmp_path, capfd, then
):
    made_files.write_images(tmp_path / "in", 4)
    numbers, out = itertools.count(), tmp_path / "out"

    def answer(request, context):
        if next(numbers) == 1:
            then(context)
        return scripted_servers.detections()

    images = f"--images={tmp_path}/in/*.png"
    with scripted_servers.serve(answer) as (address, _):
        with pytest.raises(command_line.UserError, match="1 of 4 images have"):
            _main(
                address, images, f"--out={out}", "--in_flight=1", "--deadline=2"
            )
    lines = _lines(out)
    assert ["error" in line for line in lines] == [False, True, False, False]
    assert lines[1]["error"].startswith(f"{tmp_path}/in/1.png: the ")
    assert lines[1]["error"] in capfd.readouterr().err


def test_images_end_where_there_is_no_server_any_more(tmp_path):
    made_files.write_images(tmp_path / "in", 4)
    out = tmp_path / "out"
    arguments = (f"--images={tmp_path}/in/*", f"--out={out}", "--in_flight=1")
    with scripted_servers.serve(_Failing(1, _be_away)) as (address, _):
        with pytest.raises(command_line.UserError, match="before frame 1 of "):
            _main(address, *arguments, "--deadline=2")
    assert ["error" in line for line in _lines(out)] == [False, True]


def test_overlays_have_names_and_sides_that_they_can_have(tmp_path):
    made_files.write_images(tmp_path / "in", 1)
    long = tmp_path / "in" / ("1" + 125 * "é" + ".png")
    (tmp_path / "in/0.png").rename(long)
    Image.new("RGB", (65_501, 1)).save(tmp_path / "in/2.png")
    out = tmp_path / "out"
    with scripted_servers.serve() as (address, _):
        assert _main(address, f"--images={tmp_path}/in/*", f"--out={out}") == 0
    assert _lines(out)[0]["source"] == str(long)
    first, second = sorted((out / "overlays").iterdir())
    assert first.name == "000000_1" + 121 * "é" + ".jpg"
    assert Image.open(second).size == (65_500, 1)


def test_frames_that_no_video_can_have_are_told(tmp_path):
    path = tmp_path / "wide.png"  # of one frame
    Image.new("RGB", (20_000, 2)).save(path)
    with scripted_servers.serve() as (address, _):
        with pytest.raises(
            command_line.UserError, match=r"cannot be encoded .*; scale the"
        ):
            _main(address, f"--video={path}", f"--out={tmp_path}/out")
    assert list(tmp_path.iterdir()) == [path]


def test_without_any_answer_nothing_is_kept(tmp_path):
    made_files.write_images(tmp_path / "in", 1)
    (tmp_path / "in/0.png").write_bytes(b"no picture")
    with scripted_servers.serve() as (address, _):
        with pytest.raises(command_line.UserError, match="cannot be read as"):
            _main(address, f"--images={tmp_path}/in/*", f"--out={tmp_path}/out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("then", [_hang, _be_away])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_was_answered_and_waits_for_no_server(
    tmp_path, video, number, then
):
    out, failing = tmp_path / "out", threading.Event()

    def fail(context):
        failing.set()
        then(context)

    with scripted_servers.serve(_Failing(2, fail)) as (address, _):
        command = [*_COMMAND, f"--server={address}", video, f"--out={out}"]
        detecting = subprocess.Popen(
            [*command, "--deadline=600", "--in_flight=2"],
            env=server_processes.ENVIRONMENT,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert failing.wait(120)
            time.sleep(1)  # until what was answered before is written
            detecting.send_signal(number)
            start = time.monotonic()
            _, said = detecting.communicate(timeout=60)
            seconds = time.monotonic() - start
        finally:
            detecting.kill()
    assert detecting.returncode == 130, said
    assert seconds < 10  # 1, where no other process wants the processor
    assert said.splitlines()[-1] == "interrupted"
    assert [line["frame"] for line in _lines(out)] == [0, 1]
    assert _frames_of(out / "overlay.mp4") == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("is_interrupted", [False, True])
def test_a_signal_takes_nothing_away_while_results_are_finished(
    tmp_path, video, monkeypatch, is_interrupted, number
):
    finish = results.Results.finish

    def finish_late(written):
        signal.raise_signal(number)
        finish(written)

    def interrupt_and_hang(context):
        os.kill(os.getpid(), signal.SIGINT)
        _hang(context)

    monkeypatch.setattr(results.Results, "finish", finish_late)
    count = 2 if is_interrupted else 4
    failing = _Failing(count, interrupt_and_hang)
    out = tmp_path / "out"
    with scripted_servers.serve(failing) as (address, _):
        with contextlib.ExitStack() as stack:
            if is_interrupted:
                stack.enter_context(pytest.raises(KeyboardInterrupt))
            _main(address, video, f"--out={out}", "--in_flight=1")
    assert [line["frame"] for line in _lines(out)] == list(range(count))
    assert _frames_of(out / "overlay.mp4") == count


# No file of the command's may have more than a block: no test fills a disk.
_ON_A_FULL_DISK = ["sh", "-c", 'ulimit -f 1 && exec "$@"', "sh"]


@pytest.mark.parametrize("kind", ["video", "images"])
def test_nothing_is_left_on_a_disk_that_is_full(tmp_path, video, kind):
    made_files.write_images(tmp_path / "in", 4)
    if kind == "images":
        video = f"--images={tmp_path}/in/*.png"
    with scripted_servers.serve() as (address, _):
        command = [*_COMMAND, f"--server={address}", video]
        detecting = subprocess.run(
            [*_ON_A_FULL_DISK, *command, f"--out={tmp_path}/out"],
            env=server_processes.ENVIRONMENT,
            capture_output=True,
            text=True,
        )
    assert detecting.returncode == 1, detecting.stderr
    said = f"error: {tmp_path}/out cannot be written (File too large); make "
    assert detecting.stderr.splitlines()[-1].startswith(said)
    assert "Traceback" not in detecting.stderr, detecting.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_what_a_killed_run_left_is_cleared_away(tmp_path, video):
    left = tmp_path / ".out.partial"
    (left / "overlays").mkdir(parents=True)
    (left / "overlays/0.jpg").write_bytes(b"of another run")
    (left / "notes").write_bytes(b"of another run")
    with scripted_servers.serve() as (address, _):
        _main(address, video, f"--out={tmp_path}/out")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"detections.jsonl", "overlay.mp4"}


def test_two_runs_do_not_write_to_one_folder(tmp_path, video):
    out = f"--out={tmp_path}/out"
    with scripted_servers.serve() as (address, _):
        with staging.claim(tmp_path / ".out.partial", out):
            with pytest.raises(
                command_line.UserError, match="another process is writing"
            ):
                _main(address, video, out)
        _main(address, video, out)
