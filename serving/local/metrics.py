"""Counts and times under the names of TF-Serving's own metrics."""

import contextlib
import time
from collections.abc import Callable
from collections.abc import Iterator

import grpc
import prometheus_client

from serving.local import refusals

_BUCKETS = tuple(10 * 1.8**i for i in range(33))  # TF-Serving's, in µs

# TF-Serving has no such lines.
prometheus_client.disable_created_metrics()


class Request:
    """One that is measured.

    Attributes:
      model: that is asked, once that is known.
    """

    def __init__(self, model: str):
        """Keeps it."""
        self.model = model


class Metrics:
    """Of one server."""

    def __init__(self, is_served: Callable[[str], bool]):
        """Makes a registry of its own, so that tests can have several.

        Args:
          is_served: whether there is a model of a name. Others are counted as
            one: they come from outside, and each would stay in memory.
        """
        self._is_served = is_served
        self._registry = prometheus_client.CollectorRegistry()
        self._requests = prometheus_client.Counter(
            ":tensorflow:serving:request_count",
            "Requests, by model and outcome.",
            ["model_name", "status"],
            registry=self._registry,
        )
        self._latency = prometheus_client.Histogram(
            ":tensorflow:serving:request_latency",
            "From the request's arrival to a good answer, in microseconds.",
            ["API", "entrypoint", "model_name"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    @contextlib.contextmanager
    def measured(self, entrypoint: str, model: str = "") -> Iterator[Request]:
        """Counts a request by its end, and times it where that is an answer.

        Args:
          entrypoint: "GRPC" or "REST".
          model: that is asked, where that is known already.

        Raises:
          refusals.Refusal: in place of what is raised inside.
        """
        request, start = Request(model), time.perf_counter()
        try:
            yield request
        except ConnectionError:  # Nobody is there to be answered.
            raise
        except Exception as error:
            refusal = refusals.of(error)
            self._count(request, refusal.code)
            raise refusal from error
        self._count(request, grpc.StatusCode.OK)
        self._latency.labels(
            "Predict", entrypoint, self._name(request)
        ).observe(1e6 * (time.perf_counter() - start))

    def _count(self, request: Request, code: grpc.StatusCode) -> None:
        self._requests.labels(self._name(request), code.name).inc()

    def _name(self, request: Request) -> str:
        return request.model if self._is_served(request.model) else "unknown"

    def text(self) -> bytes:
        """What Prometheus reads."""
        text = prometheus_client.generate_latest(self._registry)
        # The library gives counters an ending that TF-Serving's do not have.
        return text.replace(b"request_count_total", b"request_count")
