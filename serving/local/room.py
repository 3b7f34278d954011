"""Room for what clients send: so many bytes at a time, and no more."""

import contextlib
import threading
from collections.abc import Iterator

import grpc

from serving.local import refusals

_MOST_BYTES = 2**30


class Room:
    """What is there of the bytes of requests, of all clients."""

    def __init__(self):
        """It is empty."""
        self._held = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Takes room for so many bytes.

        Raises:
          refusals.Refusal: there is not so much; none is taken.
        """
        with self._lock:
            if self._held + count > _MOST_BYTES:
                raise refusals.Refusal(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    "other requests fill the server's room for them; come "
                    "again later, or ask less at a time",
                )
            self._held += count

    def give_back(self, count: int) -> None:
        """Gives back room that was taken."""
        with self._lock:
            self._held -= count

    @contextlib.contextmanager
    def taken(self, count: int) -> Iterator[None]:
        """Takes room for so many bytes, and gives it back at the end.

        Raises:
          refusals.Refusal: there is not so much.
        """
        self.take(count)
        try:
            yield
        finally:
            self.give_back(count)
