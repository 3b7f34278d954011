"""What was counted in a window of time."""

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
