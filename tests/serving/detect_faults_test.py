"""What `detect` keeps and says when servers, files or users stop it."""

import json

import grpc
import pytest
from absl import flags
from absl.testing import flagsaver

from serving import detect
from tests.data import made_files
from tests.serving import scripted_servers


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
