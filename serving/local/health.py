"""grpc.health.v1: whether the models are served.

In place of grpcio-health-checking's own servicer, which holds a lock while it
sends to those who watch, and wants it again, on gRPC's only thread of events,
where one of them leaves: at that the whole server stands still.
"""

import threading
from collections.abc import Iterator

import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1 import health_pb2_grpc

from serving.local import refusals

# TF-Serving's names, which are not the full ones.
_SERVICES = ("", "ModelService", "PredictionService")
# Each keeps a thread of the server's.
_MOST_WATCHERS = 32

_Status = health_pb2.HealthCheckResponse.ServingStatus


class Health(health_pb2_grpc.HealthServicer):
    """Whether every model has a version, and the server is not going down."""

    def __init__(self):
        """Nothing is served yet."""
        self._is_ready, self._has_ended = False, False
        self._watchers: set[object] = set()
        # Nothing is sent while it is held.
        self._changed = threading.Condition()

    def Check(
        self,
        request: health_pb2.HealthCheckRequest,
        context: grpc.ServicerContext,
    ) -> health_pb2.HealthCheckResponse:
        """Answers with the state of now.

        Raises:
          refusals.Refusal: there is no such service.
        """
        del context
        if request.service not in _SERVICES:
            known = ", ".join(map(repr, _SERVICES))
            raise refusals.Refusal(
                grpc.StatusCode.NOT_FOUND,
                f"no service {request.service!r}; ask for one of {known}",
            )
        return health_pb2.HealthCheckResponse(
            status=self._status(request.service)
        )

    def Watch(
        self,
        request: health_pb2.HealthCheckRequest,
        context: grpc.ServicerContext,
    ) -> Iterator[health_pb2.HealthCheckResponse]:
        """Answers with the state of now, and with each other one that comes.

        It ends with the server. An unknown service is no error, as gRPC has it:
        it could come to be known.

        Raises:
          refusals.Refusal: too many watch already.
        """
        watcher = object()
        self._add(watcher)
        if not context.add_callback(lambda: self._remove(watcher)):
            self._remove(watcher)  # It left before it was here.
        told = None

        def is_news() -> bool:
            is_over = self._has_ended or watcher not in self._watchers
            return is_over or self._status(request.service) != told

        while True:
            with self._changed:
                self._changed.wait_for(is_news)
                status = self._status(request.service)
                is_last = self._has_ended
                if watcher not in self._watchers:
                    return
            if status != told:
                yield health_pb2.HealthCheckResponse(status=status)
            if is_last:
                return
            told = status

    def tell(self, is_ready: bool) -> None:
        """Those who watch hear of it where it has changed."""
        with self._changed:
            self._is_ready = is_ready
            self._changed.notify_all()

    def end(self) -> None:
        """The server goes down: those who watch hear of it, and that is all."""
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _status(self, service: str) -> _Status:
        if service not in _SERVICES:
            return health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        if self._is_ready and not self._has_ended:
            return health_pb2.HealthCheckResponse.SERVING
        return health_pb2.HealthCheckResponse.NOT_SERVING

    def _add(self, watcher: object) -> None:
        with self._changed:
            if len(self._watchers) >= _MOST_WATCHERS:
                raise refusals.Refusal(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"{_MOST_WATCHERS} watch the server's health already; ask "
                    "for Check from time to time",
                )
            self._watchers.add(watcher)

    def _remove(self, watcher: object) -> None:
        with self._changed:
            self._watchers.discard(watcher)
            self._changed.notify_all()
