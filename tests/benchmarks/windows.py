"""What was counted in a window of time."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Window(NamedTuple):
    """Of one caller or of many.

    Attributes:
      rate: pictures that were answered in a second.
      latencies: of each call, in seconds.
      cores: that this process kept busy.
    """

    rate: float
    latencies: np.ndarray
    cores: float

    def milliseconds(self, percent: float) -> float:
        """What so many percent of the calls took at most."""
        return float(np.percentile(self.latencies, percent)) * 1e3


def joined(windows: list[Window]) -> Window:
    """All calls of some windows, and the medians of the rest."""
    return Window(
        float(np.median([each.rate for each in windows])),
        np.concatenate([each.latencies for each in windows]),
        float(np.median([each.cores for each in windows])),
    )


def measure(
    detect: Callable[[np.ndarray], np.ndarray],
    frames: np.ndarray,
    batch_size: int,
    seconds: float,
) -> Window:
    """Calls without a pause, with batches of one size.

    Args:
      detect: what is called.
      frames: [N, ...]; they come again where a batch takes more of them.
      batch_size: B.
      seconds: of the window.
    """
    images = np.resize(frames, (batch_size, *frames.shape[1:]))
    for _ in range(3):
        detect(images)
    latencies: list[float] = []
    start, busy = time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter()
        detect(images)
        latencies.append(time.perf_counter() - before)
    took, busy = time.perf_counter() - start, time.process_time() - busy
    rate = len(latencies) * batch_size / took
    return Window(rate, np.array(latencies), busy / took)
