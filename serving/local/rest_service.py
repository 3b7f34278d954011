"""TF-Serving's REST API, and the metrics for Prometheus."""

import asyncio
import concurrent.futures
import contextlib
import functools
import json
import threading
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import grpc
from aiohttp import web
from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import predict_pb2

from serving.local import grpc_services
from serving.local import json_tensors
from serving.local import metrics as serving_metrics
from serving.local import models as served_models
from serving.local import prediction
from serving.local import refusals
from serving.local import room
from serving.local import servables

_MODEL = r"/v1/models/{name:[^/:]+}"
_VERSION = _MODEL + r"/versions/{version:\d+}"
_LABEL = _MODEL + r"/labels/{label:\w+}"
_INTERNAL_ERROR = 500

# Bytes. A body becomes twenty times its size when JSON is made of it, so large
# ones take turns at that.
_LARGE_BODY = 2**20
_LARGE_AT_A_TIME = 2

_SECONDS_TO_LOOK = 0.05  # again, whether bodies have come

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RestService:
    """The routes of one server."""

    def __init__(
        self,
        models: served_models.Models,
        metrics: serving_metrics.Metrics,
        pool: concurrent.futures.Executor,
        prometheus_path: str | None,
        max_body_bytes: int,
        timeout: float,
    ):
        """Keeps what it answers from.

        Args:
          models: that are served.
          metrics: of the server.
          pool: in which requests are computed.
          prometheus_path: where metrics are shown; None: nowhere.
          max_body_bytes: of a request.
          timeout: seconds for a request to come in and be computed.
        """
        self._models, self._metrics, self._pool = models, metrics, pool
        self._prometheus_path = prometheus_path
        self._max_body_bytes, self._timeout = max_body_bytes, timeout
        self._room, self._coming, self._is_ending = room.Room(), 0, False
        self._turns = threading.Semaphore(_LARGE_AT_A_TIME)

    def application(self) -> web.Application:
        """The routes, as aiohttp serves them."""
        application = web.Application(
            client_max_size=self._max_body_bytes, middlewares=[_errors_in_json]
        )
        router = application.router
        measured = functools.partial(self._metrics.measured, "REST")
        for path in (_MODEL, _VERSION, _LABEL):
            router.add_get(path, self._in_pool(self._status))
            router.add_get(path + "/metadata", self._in_pool(self._metadata))
            router.add_post(
                path + ":predict", self._in_pool(self._predict, measured)
            )
        if self._prometheus_path:
            router.add_get(self._prometheus_path, self._prometheus)
        return application

    def _in_pool(
        self,
        function: Callable[[web.Request, bytes], Any],
        measured: Callable = contextlib.nullcontext,
    ):
        async def handle(request: web.Request) -> web.Response:
            with measured(request.match_info["name"]), _refusing():
                async with asyncio.timeout(self._timeout):
                    body = await self._body(request)
                    computed = self._pool.submit(
                        lambda: json.dumps(function(request, body))
                    )
                    # When it ends, past its time too, or is never begun.
                    computed.add_done_callback(lambda _: self._drop(body))
                    text = await asyncio.wrap_future(computed)
            return _json(200, text)

        return handle

    async def _body(self, request: web.Request) -> bytearray:
        """Reads a body, where there is room for it; `_drop` gives that back."""
        if self._is_ending:
            raise refusals.Refusal(
                grpc.StatusCode.UNAVAILABLE, "the server is going down"
            )
        body = bytearray()
        with contextlib.ExitStack() as stack:
            stack.callback(self._drop, body)
            self._coming += 1
            try:
                await self._read_into(body, request)
            finally:
                self._coming -= 1
            stack.pop_all()
        return body

    def _drop(self, body: bytearray) -> None:
        """Frees it, though the pool's queue may still refer to it."""
        size = len(body)
        body.clear()
        self._room.give_back(size)

    async def _read_into(self, body: bytearray, request: web.Request) -> None:
        async for part in request.content.iter_any():
            self._room.take(len(part))
            body += part
            if len(body) > self._max_body_bytes:
                raise refusals.Refusal(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"the body is larger than {self._max_body_bytes} bytes",
                )

    async def end(self) -> None:
        """Refuses what is new; returns when what it has begun to read is here.

        Before aiohttp is told to end, which drops what still comes in then.
        """
        self._is_ending = True
        while self._coming:
            await asyncio.sleep(_SECONDS_TO_LOOK)

    async def _prometheus(self, request: web.Request) -> web.Response:
        del request
        return web.Response(
            body=self._metrics.text(), headers={"Content-Type": "text/plain"}
        )

    def _status(self, request: web.Request, body: bytes) -> Any:
        del body
        spec = _spec_of(request)
        version = grpc_services.version_of(spec)
        if spec.version_label:
            version = grpc_services.find(self._models, spec).version
        model = self._models.find(spec.name)
        response = get_model_status_pb2.GetModelStatusResponse(
            model_version_status=model.status(version)
        )
        return json_format.MessageToDict(
            response,
            preserving_proto_field_name=True,
            including_default_value_fields=True,
        )

    def _metadata(self, request: web.Request, body: bytes) -> Any:
        del body
        asked = get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec=_spec_of(request), metadata_field=["signature_def"]
        )
        return json_format.MessageToDict(
            grpc_services.metadata(self._models, asked),
            preserving_proto_field_name=True,
        )

    def _predict(self, request: web.Request, body: bytes) -> Any:
        servable = grpc_services.find(self._models, _spec_of(request))
        is_large = len(body) > _LARGE_BODY
        with self._turns if is_large else contextlib.nullcontext():
            asked, in_rows = _read(body, servable)
        return json_tensors.write(servable.predict(asked), in_rows)


def _read(
    body: bytes, servable: servables.Servable
) -> tuple[predict_pb2.PredictRequest, bool]:
    """The request, and whether it is in rows."""
    parsed = _parse(body)
    in_rows = json_tensors.is_in_rows(parsed)
    name = parsed.get("signature_name") or "serving_default"
    definition = prediction.find_signature(servable.signature_defs, name)
    asked = json_tensors.read(parsed, definition)
    asked.model_spec.signature_name = name
    return asked, in_rows


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Says what is wrong with how a request comes in."""
    try:
        yield
    except TimeoutError as error:
        raise refusals.Refusal(
            grpc.StatusCode.DEADLINE_EXCEEDED,
            "the request did not come in, or was not computed, in time",
        ) from error
    except web.RequestPayloadError as error:
        raise refusals.invalid(f"the body cannot be read ({error})") from error


@web.middleware
async def _errors_in_json(
    request: web.Request, handler: _Handler
) -> web.StreamResponse:
    """What goes wrong is answered as TF-Serving answers it: {"error": ...}."""
    try:
        return await handler(request)
    except ConnectionError:  # Nobody is there to be answered.
        raise
    except web.HTTPException as error:  # aiohttp's own: path, method.
        return _json(error.status, json.dumps({"error": error.text}))
    except Exception as error:
        refusal = refusals.of(error)
    status = refusals.HTTP_STATUS.get(refusal.code, _INTERNAL_ERROR)
    return _json(status, json.dumps({"error": refusal.message}))


def _json(status: int, text: str) -> web.Response:
    return web.Response(
        text=text, status=status, content_type="application/json"
    )


def _spec_of(request: web.Request) -> model_pb2.ModelSpec:
    found = request.match_info
    spec = model_pb2.ModelSpec(name=found["name"])
    if "version" in found:
        try:
            spec.version.value = int(found["version"])
        except ValueError as error:
            raise refusals.invalid(f"no version: {error}") from error
    if "label" in found:
        spec.version_label = found["label"]
    return spec


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refusals.invalid(
            f"the body cannot be read as JSON ({error})"
        ) from error
