"""Asks a server for the landmarks in images, a video or a camera's frames.

bazel run //serving:detect -- --server=HOST:PORT --model=NAME --video=FILE \
    --out=DIR
bazel run //serving:detect -- --server=HOST:PORT --model=NAME \
    --images='DIR/*.jpg' --out=DIR
bazel run //serving:detect -- --server=HOST:PORT --model=NAME --camera=0 \
    --out=DIR

A camera's frames are sent until it is interrupted.
"""

import contextlib
import pathlib
import signal
import threading
import time
from collections.abc import Iterable
from collections.abc import Iterator

import grpc
import numpy as np
import tqdm
from absl import flags as absl_flags

from flags import asked_model_flags
from flags import client_flags
from flags import output_flags
from flags import picture_flags
from serving import channels
from serving import client
from serving import command_line
from serving import footage
from serving import messages
from serving import results

for _module in (
    asked_model_flags,
    client_flags,
    output_flags,
    picture_flags,
):
    absl_flags.adopt_module_key_flags(_module)


def main() -> int:
    """Reads the flags, asks, writes the results."""
    server = client_flags.SERVER.value
    model = asked_model_flags.MODEL.value
    out = output_flags.OUT.value
    if not (server and model and out):
        raise command_line.UserError(
            "detect needs --server=HOST:PORT, --model=NAME and --out=DIR"
        )
    version, label = client_flags.VERSION.value, client_flags.LABEL.value
    if label and version is not None:
        raise command_line.UserError("give --version or --label, not both")
    # What there is of the results goes, as at an interrupt.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    frames, total, rate = _open()
    try:
        with client.Client(
            server,
            messages.Model(model, version, label),
            _tls(),
            client_flags.DEADLINE.value,
        ) as landmark_client:
            return _detect(landmark_client, frames, total, rate, out)
    except messages.ServingError as error:
        raise command_line.UserError(str(error)) from error


def _open() -> tuple[Iterable[footage.Frame], int, float | None]:
    """Frames, how many there are or 0, and their rate or None for images."""
    images, video = picture_flags.IMAGES.value, picture_flags.VIDEO.value
    camera = client_flags.CAMERA.value
    if [images is None, video is None, camera is None].count(False) != 1:
        raise command_line.UserError(
            "give one of --images, --video and --camera"
        )
    if images is not None:
        paths = footage.find_images(images)
        return footage.read_images(paths), len(paths), None
    if video is not None:
        opened = footage.Video(video)
        return opened.read(), opened.frames, opened.rate
    opened = footage.camera(camera)
    return _until_interrupted(opened.read()), 0, opened.rate


def _until_interrupted(
    frames: Iterable[footage.Frame],
) -> Iterator[footage.Frame]:
    """Frames up to the first SIGINT, which then ends nothing else."""
    interrupted = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    for frame in frames:
        if interrupted.is_set():
            return
        yield frame


def _tls() -> channels.Tls | None:
    files = {
        "ca_cert": client_flags.CA_CERT.value,
        "client_cert": client_flags.CLIENT_CERT.value,
        "client_key": client_flags.CLIENT_KEY.value,
    }
    override = client_flags.SERVER_NAME_OVERRIDE.value
    if not client_flags.TLS.value:
        given = [name for name, value in files.items() if value]
        if given or override:
            raise command_line.UserError(
                f"--{(given or ['server_name_override'])[0]} needs --tls: "
                "nothing is sent unencrypted that was to be encrypted"
            )
        return None
    if bool(files["client_cert"]) != bool(files["client_key"]):
        raise command_line.UserError(
            "--client_cert and --client_key go together"
        )
    paths = {k: pathlib.Path(v) if v else None for k, v in files.items()}
    for name, path in paths.items():
        if path and not path.is_file():
            raise command_line.UserError(
                f"--{name}={path}: no such file; give a PEM file"
            )
    return channels.Tls(**paths, server_name=override)


def _detect(
    landmark_client: client.Client,
    frames: Iterable[footage.Frame],
    total: int,
    rate: float | None,
    out: str,
) -> int:
    landmarks = landmark_client.landmarks()
    written = results.Results(out, landmarks, rate)
    latencies: list[float] = []

    def ask(frame: footage.Frame):
        start = time.perf_counter()
        sent = footage.to_send(frame.image)
        found = landmark_client.detect(sent.image[np.newaxis])
        keypoints = sent.in_original(found.keypoints[0])
        return frame, keypoints, found, time.perf_counter() - start

    asked = client.in_order(ask, frames, client_flags.IN_FLIGHT.value)
    checked: set[int] = set()
    with contextlib.ExitStack() as stack:
        stack.callback(written.discard)
        for frame, keypoints, found, seconds in tqdm.tqdm(
            asked, "detect", total or None, unit="frame", mininterval=1.0
        ):
            if found.version not in checked:
                _check_same(landmarks, landmark_client, found)
                checked.add(found.version)
            written.add(frame, keypoints, found.confidence[0], found.version)
            latencies.append(seconds)
        if not latencies:
            raise command_line.UserError("there was no frame to detect in")
        stack.pop_all()
    written.finish()
    print(_summary(latencies, checked, out))
    return 0


def _check_same(
    landmarks: messages.Landmarks,
    landmark_client: client.Client,
    found: messages.Detections,
) -> None:
    """Refuses a version that came meanwhile and has other landmarks."""
    now = _landmarks_of(landmark_client, found.version)
    if now.names != landmarks.names or len(found.keypoints[0]) != len(
        landmarks.names
    ):
        raise command_line.UserError(
            f"version {found.version} came to be served meanwhile, and has "
            "other landmarks; begin anew, or give --version"
        )


def _landmarks_of(
    landmark_client: client.Client, version: int
) -> messages.Landmarks:
    """A version's; of the one that took over, where it is unloaded already."""
    try:
        return landmark_client.landmarks(version)
    except messages.ServingError as error:
        if error.code != grpc.StatusCode.NOT_FOUND:
            raise
        return landmark_client.landmarks()


def _summary(latencies: list[float], versions: Iterable[int], out: str) -> str:
    p50, p95, p99 = 1000 * np.percentile(latencies, [50, 95, 99])
    by = " and ".join(f"version {version}" for version in sorted(versions))
    return (
        f"{len(latencies)} frames by {by}; an answer took "
        f"{p50:.1f} ms (median), {p95:.1f} ms (p95), {p99:.1f} ms (p99); see "
        f"{out}"
    )


if __name__ == "__main__":
    command_line.run(main)
