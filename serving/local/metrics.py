"""Counts and times under the names of TF-Serving's own metrics."""

import contextlib
import time
from collections.abc import Iterator

import prometheus_client

from serving.local import refusals

_BUCKETS = tuple(0.001 * 2**i for i in range(16))  # seconds: 1 ms to 33 s


class Metrics:
    """Of one server."""

    def __init__(self):
        """Makes a registry of its own, so that tests can have several."""
        self._registry = prometheus_client.CollectorRegistry()
        self._requests = prometheus_client.Counter(
            "tensorflow_serving_request_count",
            "Requests, by model and outcome.",
            ["model_name", "status"],
            registry=self._registry,
        )
        self._latency = prometheus_client.Histogram(
            "tensorflow_serving_request_latency_seconds",
            "From the request's arrival to the answer, by model and API.",
            ["model_name", "API"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    @contextlib.contextmanager
    def measured(self, model: str, api: str) -> Iterator[None]:
        """Counts and times what is done inside.

        Names of models that are not served are counted as one: they come from
        outside, and each would stay in memory.
        """
        start, status = time.perf_counter(), "OK"
        try:
            yield
        except refusals.Refusal as refusal:
            status = refusal.code.name
            if status == "NOT_FOUND":
                model = "unknown"
            raise
        finally:
            self._requests.labels(model, status).inc()
            self._latency.labels(model, api).observe(
                time.perf_counter() - start
            )

    def text(self) -> bytes:
        """What Prometheus reads."""
        return prometheus_client.generate_latest(self._registry)
