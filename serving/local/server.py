"""One server: models, gRPC and REST, from its start to its end."""

import asyncio
import concurrent.futures
import functools
import threading
from typing import NamedTuple

import grpc
from absl import logging
from aiohttp import web

from serving.local import batching
from serving.local import grpc_services
from serving.local import health
from serving.local import interception
from serving.local import metrics as serving_metrics
from serving.local import model_versions
from serving.local import models as served_models
from serving.local import rest_service
from serving.local import servables

# Threads wait for batches: as many clients as this can be answered at a time.
_THREADS = 256
_GRACE = 30.0  # seconds that requests have to end

# Clients that open calls and send nothing keep threads: in the end they are cut
# off. Others connect anew and see nothing of it.
_CHANNEL_ARGUMENTS = {
    "grpc.max_connection_age_ms": 3_600_000,
    "grpc.max_connection_age_grace_ms": 300_000,
    "grpc.so_reuseport": 0,
}


class Options(NamedTuple):
    """How to serve.

    Attributes:
      host: to listen on.
      port: of gRPC; 0: any that is free.
      rest_port: of REST; 0: any that is free, None: no REST.
      rest_timeout: seconds that a request of REST may take, its coming in
        included.
      batch: how requests are joined; None: each runs alone.
      warm_up: whether to answer a version's warm-up requests first.
      poll_seconds: between two looks for new versions.
      retries: of versions that cannot be loaded.
      max_message_bytes: of a request.
      prometheus_path: on the REST port; None: no metrics.
      credentials: for an encrypted port; None: not encrypted.
      channel_arguments: of gRPC's core, over the server's own.
    """

    host: str = "127.0.0.1"
    port: int = 8500
    rest_port: int | None = None
    rest_timeout: float = 30.0
    batch: batching.Parameters | None = None
    warm_up: bool = True
    poll_seconds: float = 1.0
    retries: model_versions.Retries = model_versions.Retries()
    max_message_bytes: int = 64 * 2**20
    prometheus_path: str | None = None
    credentials: grpc.ServerCredentials | None = None
    channel_arguments: tuple[tuple[str, int | str], ...] = ()


class Server:
    """A server that runs in threads of its own.

    Attributes:
      models: that it serves.
      port: of gRPC.
      rest_port: of REST, or None.
    """

    def __init__(
        self, settings: list[model_versions.Settings], options: Options
    ):
        """Loads the models and starts to answer.

        Raises:
          OSError: one cannot listen on a port.
        """
        self._health = health.Health()
        self.models = served_models.Models(
            functools.partial(
                servables.Servable,
                batch=options.batch,
                warm_up=options.warm_up,
            ),
            options.poll_seconds,
            options.retries,
            self._health.tell,
        )
        metrics = serving_metrics.Metrics(self.models.is_served)
        self._pool = concurrent.futures.ThreadPoolExecutor(_THREADS)
        self._grpc = grpc.server(
            self._pool,
            interceptors=[interception.Answering(metrics)],
            options=_channel_arguments(options),
            # Twice as many as are answered: past them there is no waiting.
            maximum_concurrent_rpcs=2 * _THREADS,
        )
        grpc_services.add(self._grpc, self.models, self._health)
        self.port = _bind(self._grpc, options)
        self.models.configure(settings)
        self._rest, self.rest_port = None, None
        if options.rest_port is not None:
            rest = rest_service.RestService(
                self.models,
                metrics,
                self._pool,
                options.prometheus_path,
                options.max_message_bytes,
                options.rest_timeout,
            )
            self._rest = _serve_rest(rest, options)
            self.rest_port = self._rest.port
        self._grpc.start()
        self.models.start()
        logging.info("serving on %s:%d", options.host, self.port)

    def stop(self) -> None:
        """Takes no more requests, lets those that run end, and returns."""
        self._health.end()
        stopped = self._grpc.stop(_GRACE)
        if self._rest:
            self._rest.stop()
        stopped.wait()
        self._pool.shutdown()
        # A thread in TensorFlow can end the process in a crash.
        self.models.stop()


def _channel_arguments(options: Options) -> list[tuple[str, int | str]]:
    chosen = {
        "grpc.max_receive_message_length": options.max_message_bytes,
        "grpc.max_send_message_length": options.max_message_bytes,
        **_CHANNEL_ARGUMENTS,
        # Given twice, the first would count.
        **dict(options.channel_arguments),
    }
    return list(chosen.items())


def _bind(server: grpc.Server, options: Options) -> int:
    address = f"{options.host}:{options.port}"
    try:
        if options.credentials:
            port = server.add_secure_port(address, options.credentials)
        else:
            port = server.add_insecure_port(address)
    except RuntimeError:
        port = 0
    if not port:
        raise _cannot_listen("port", options.port, address)
    return port


def _cannot_listen(flag: str, port: int, address: str) -> OSError:
    return OSError(
        f"--{flag}={port}: cannot listen on {address}, which is taken, or is "
        "no address of this machine; give another port or --host"
    )


def _serve_rest(
    rest: rest_service.RestService, options: Options
) -> "_RestThread":
    host, port = options.host, options.rest_port
    try:
        return _RestThread(rest, host, port)
    except OSError as error:
        raise _cannot_listen("rest_api_port", port, f"{host}:{port}") from error


class _RestThread:
    """aiohttp's loop in a thread."""

    def __init__(self, rest: rest_service.RestService, host: str, port: int):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, daemon=True
        )
        self._thread.start()
        self._rest = rest
        self._runner = web.AppRunner(
            rest.application(), access_log=None, shutdown_timeout=_GRACE
        )
        self.port = self._run(self._listen(host, port))

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self, host: str, port: int) -> int:
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        return self._runner.addresses[0][1]

    async def _end(self) -> None:
        for site in list(self._runner.sites):
            await site.stop()
        await self._rest.end()
        await self._runner.cleanup()

    def stop(self) -> None:
        """Lets requests end, and stops the loop."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
