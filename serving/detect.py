"""Asks a server for the landmarks in images, a video or a camera's frames.

bazel run //serving:detect -- --server=HOST:PORT --model=NAME --video=FILE \
    --out=DIR
bazel run //serving:detect -- --server=HOST:PORT --model=NAME \
    --images='DIR/*.jpg' --out=DIR
bazel run //serving:detect -- --server=HOST:PORT --model=NAME --camera=0 \
    --out=DIR

A camera's frames are sent until it is interrupted. What was answered is kept,
whatever ends the run.
"""

import contextlib
import pathlib
import signal
from collections.abc import Callable
from collections.abc import Iterable

import tqdm
from absl import flags as absl_flags

from flags import asked_model_flags
from flags import client_flags
from flags import output_flags
from flags import picture_flags
from serving import asking
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
    _handle_signals(_interrupt_once)
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


def _open() -> tuple[
    Iterable[footage.Frame | footage.Failed], int, float | None
]:
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
    return opened.read(), 0, opened.rate


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
    frames: Iterable[footage.Frame | footage.Failed],
    total: int,
    rate: float | None,
    out: str,
) -> int:
    run = asking.Run(landmark_client, are_images=rate is None)
    written = results.Results(out, run.landmarks, rate)
    asked = client.in_order(run.ask, frames, client_flags.IN_FLIGHT.value)
    interrupt = None
    with contextlib.ExitStack() as stack:
        stack.callback(written.discard)
        try:
            with contextlib.closing(asked):
                run.write(_progress(asked, total), written)
            _handle_signals(_ignore)
        except KeyboardInterrupt as error:
            interrupt = error
        if run.latencies:
            written.finish()
            stack.pop_all()
    _handle_signals(signal.default_int_handler)
    return _tell(run, interrupt, out)


def _handle_signals(handler: Callable) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _interrupt_once(*_) -> None:
    """What there is of the results is kept, whatever signals come after."""
    _handle_signals(_ignore)
    raise KeyboardInterrupt


def _ignore(*_) -> None:
    """In place of SIG_IGN, which processes that are started would inherit."""


def _progress(answers: Iterable, total: int) -> tqdm.tqdm:
    return tqdm.tqdm(
        answers, "detect", total or None, unit="frame", mininterval=1.0
    )


def _tell(
    run: asking.Run, interrupt: KeyboardInterrupt | None, out: str
) -> int:
    """Says what is in the results, and why it is not all."""
    if run.latencies:
        print(run.summary(out))
    # A camera has no other end.
    is_end = client_flags.CAMERA.value is not None and run.latencies
    if interrupt and not is_end:
        raise interrupt
    if run.failed:
        raise command_line.UserError(run.explain_failed(out))
    if not run.latencies:
        raise command_line.UserError("there was no frame to detect in")
    return 0


if __name__ == "__main__":
    command_line.run(main)
