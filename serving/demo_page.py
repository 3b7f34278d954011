"""Serves a page that shows a model at work, in the browser.

bazel run //serving:demo_page -- --rest_server=HOST:PORT --model=NAME

The page's calls are passed on to the REST API of TF-Serving or of the local
server; until it is interrupted or terminated.
"""

import asyncio
import errno
import json
import re
import signal

from absl import flags as absl_flags
from aiohttp import web

from flags import asked_model_flags
from flags import demo_page_flags
from flags import listening_flags
from serving import command_line
from serving.demo import forwarding
from serving.demo import site

for _module in (asked_model_flags, demo_page_flags, listening_flags):
    absl_flags.adopt_module_key_flags(_module)


def main() -> None:
    """Reads the flags, serves the page until a signal comes."""
    server = demo_page_flags.REST_SERVER.value
    model = asked_model_flags.MODEL.value
    if not (server and model):
        raise command_line.UserError(
            "demo_page needs --rest_server=HOST:PORT and --model=NAME"
        )
    if not re.fullmatch(r"[^/@?#\s]+:\d{1,5}", server):
        raise command_line.UserError(
            f"--rest_server={server} is no HOST:PORT, such as localhost:8501"
        )
    if not re.fullmatch(r"[^/:?#%\s]+", model):
        raise command_line.UserError(f"--model={model} is no model's name")
    asyncio.run(_serve(server, model))


async def _serve(server: str, model: str) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    forwarder = forwarding.Forwarder(server, model)
    runner = web.AppRunner(
        site.application(forwarder, model), access_log=None, shutdown_timeout=5
    )
    try:
        _check(await forwarder.status(), server, model)
        await runner.setup()
        port = await _listen(runner)
        print(
            f"ready: http://{listening_flags.HOST.value}:{port}/ shows {model}",
            flush=True,
        )
        await ended.wait()
    finally:
        await runner.cleanup()
        await forwarder.close()


def _check(answer: forwarding.Answer, server: str, model: str) -> None:
    """Refuses a server that is not there, or has no such model."""
    if answer.status == 404:
        raise command_line.UserError(
            f"--model={model}: the server at {server} does not serve it; "
            "correct the model's name"
        )
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        content = {"error": "what answers there is no REST API of TF-Serving"}
    if "model_version_status" not in content:
        reason = content.get("error", "it does not tell the model's state")
        raise command_line.UserError(f"--rest_server={server}: {reason}")


async def _listen(runner: web.AppRunner) -> int:
    """The port that the page is on."""
    host, port = listening_flags.HOST.value, demo_page_flags.PORT.value
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise command_line.UserError(
                f"--port={port}: {host}:{port} is taken; give another, or 0 "
                "for any that is free"
            ) from error
        raise command_line.UserError(
            f"--host={host} --port={port}: cannot be listened on ({error})"
        ) from error
    return runner.addresses[0][1]


if __name__ == "__main__":
    command_line.run(main)
