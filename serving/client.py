"""Asks a server for landmarks.

    with client.Client("localhost:8500", messages.Model("faces")) as faces:
        print(faces.landmarks().names)
        print(faces.detect_files([open("me.jpg", "rb").read()]).keypoints)

Every call has a deadline. What failed because the server was not there is
tried again, what it refused is not.
"""

import collections
import concurrent.futures
import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypeVar

import grpc
import numpy as np
import tenacity

from serving import channels
from serving import messages
from serving import png_files
from serving import retries
from serving import signatures

DEADLINE = 10.0  # seconds of a call, retries included

_Item = TypeVar("_Item")


class Client:
    """One connection to one model; threads may share it."""

    def __init__(
        self,
        address: str,
        model: messages.Model,
        tls: channels.Tls | None = None,
        deadline: float = DEADLINE,
    ):
        """Makes the channel; nothing is sent before the first call.

        Args:
          address: HOST:PORT of the server.
          model: that is asked.
          tls: None for a connection that is not encrypted.
          deadline: seconds that a call may take, retries included.
        """
        self._address, self._model, self._deadline = address, model, deadline
        self._channel = channels.connect(address, tls)
        self._calls = channels.calls(self._channel)
        self._offered: Mapping = {}  # by the model, once asked for
        self._sends_files = False  # since raw pictures could not be joined
        self._closed = threading.Event()

    def __enter__(self) -> "Client":
        """The client itself."""
        return self

    def __exit__(self, *error: Any) -> None:
        """Closes the connection."""
        self.close()

    def close(self) -> None:
        """Closes the connection; calls that run and later ones fail."""
        self._closed.set()
        self._channel.close()

    def status(self) -> list[messages.VersionState]:
        """The model's versions, the newest first.

        Raises:
          messages.ServingError: no server, or none that has the model.
        """
        request = messages.status_request(self._model)
        end = time.monotonic() + self._deadline
        return messages.read_status(
            self._call(self._calls.status, request, end, wait=False)
        )

    def landmarks(self, version: int | None = None) -> messages.Landmarks:
        """What the model's landmarks are.

        Args:
          version: that has answered, and whose server is waited for; None:
            the client's own, and no waiting.

        Raises:
          messages.ServingError: see `status`.
        """
        model, wait = self._model, version is not None
        if wait:
            model = messages.Model(model.name, version)
        request = messages.landmarks_request(model)
        return messages.read_landmarks(self._predict(request, wait))

    def detect(self, images: np.ndarray) -> messages.Detections:
        """Detects in pictures of one size.

        Args:
          images: uint8 [B, H, W, 3], RGB.

        Raises:
          messages.ServingError: the server refuses, or is not there in time.
          ValueError: what was given are no images.
        """
        request = messages.images_request(self._model, images)
        if not self._sends_files:
            try:
                return messages.read_detections(self._predict(request))
            except messages.ServingError as error:
                if not messages.is_of_joined_sizes(error):
                    raise
                self._sends_files = True
        return self.detect_files(png_files.encode(images))

    def detect_files(self, files: Sequence[bytes]) -> messages.Detections:
        """Detects in JPEG or PNG files of any sizes; errors as in `detect`."""
        request = messages.encoded_request(self._model, files)
        return messages.read_detections(self._predict(request))

    def transfer(
        self, poses: Sequence[bytes], looks: Sequence[bytes]
    ) -> list[bytes]:
        """PNG files of the first pictures' poses with the second ones' looks.

        Errors as in `detect`.
        """
        request = messages.transfer_request(self._model, poses, looks)
        return messages.read_pictures(self._predict(request))

    def stream(
        self, batches: Iterable[np.ndarray], in_flight: int = 8
    ) -> Iterator[messages.Detections]:
        """`detect` for each of many batches, in order.

        Args:
          batches: of images, drawn as answers come.
          in_flight: how many requests the server has at a time, at most.

        Raises:
          messages.ServingError: of the first batch that failed.
        """
        return in_order(self.detect, batches, in_flight)

    def _predict(self, request, wait: bool = True):
        """Asks the model; first what it offers, where that is not known."""
        end = time.monotonic() + self._deadline
        if not signatures.is_offered(request, self._offered):
            # Not asked yet, or of a version before.
            asked = signatures.request(self._model)
            response = self._call(self._calls.metadata, asked, end, wait)
            self._offered = signatures.read(response)
            signatures.check(request, self._offered, self._address, self._model)
        return self._call(self._calls.predict, request, end, wait)

    def _call(self, method, request, end: float, wait: bool):
        """Calls until it works, is refused, or the time is over."""
        policy = retries.policy(end - time.monotonic(), wait)
        policy["stop"] |= tenacity.stop_when_event_set(self._closed)
        policy["sleep"] = tenacity.sleep_using_event(self._closed)
        try:
            return tenacity.Retrying(**policy)(_attempt, method, request, end)
        except ValueError as error:
            if not self._closed.is_set():
                raise
            raise messages.closed(self._address) from error
        except grpc.RpcError as error:
            raise messages.explain(
                error, self._address, self._model, self._deadline
            ) from error


def _attempt(method, request, end: float):
    return method(request, timeout=max(end - time.monotonic(), 0.001))


def in_order(
    function: Callable[[_Item], Any], items: Iterable[_Item], in_flight: int
) -> Iterator[Any]:
    """function(item) for each item in order, several at a time.

    No more items are drawn than are in flight. After an error no more are, and
    it is raised in its item's place. What is under way then is not waited for.
    """
    waiting: collections.deque = collections.deque()
    pool = concurrent.futures.ThreadPoolExecutor(in_flight)
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            while waiting and (len(waiting) == in_flight or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # Joined, the threads would go on to retry up to their deadline.
        pool.shutdown(wait=False, cancel_futures=True)
