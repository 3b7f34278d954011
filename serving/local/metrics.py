"""Counts and times under the names of TF-Serving's own metrics."""

import contextlib
import time
from collections.abc import Iterator

import prometheus_client

from serving.local import refusals

_BUCKETS = tuple(10 * 1.8**i for i in range(33))  # TF-Serving's, in µs

# TF-Serving has no such lines.
prometheus_client.disable_created_metrics()


class Metrics:
    """Of one server."""

    def __init__(self):
        """Makes a registry of its own, so that tests can have several."""
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
    def measured(self, model: str, entrypoint: str) -> Iterator[None]:
        """Counts what is done inside, and times it where it succeeds.

        Names of models that are not served are counted as one: they come from
        outside, and each would stay in memory.

        Args:
          model: that is asked.
          entrypoint: "GRPC" or "REST".
        """
        start, status = time.perf_counter(), "OK"
        try:
            yield
            self._latency.labels("Predict", entrypoint, model).observe(
                1e6 * (time.perf_counter() - start)
            )
        except refusals.Refusal as refusal:
            status = refusal.code.name
            if status == "NOT_FOUND":
                model = "unknown"
            raise
        except Exception:
            status = "INTERNAL"
            raise
        finally:
            self._requests.labels(model, status).inc()

    def text(self) -> bytes:
        """What Prometheus reads."""
        text = prometheus_client.generate_latest(self._registry)
        # The library gives counters an ending that TF-Serving's do not have.
        return text.replace(b"request_count_total", b"request_count")
