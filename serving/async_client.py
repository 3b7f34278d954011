"""`client.Client` for asyncio."""

import asyncio
import collections
import time
from collections.abc import AsyncIterator
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import grpc
import numpy as np
import tenacity

from serving import channels
from serving import client
from serving import messages
from serving import retries
from serving import signatures


class AsyncClient:
    """One connection to one model; made inside the running loop.

    What the methods do and raise is said in `client.Client`.
    """

    def __init__(
        self,
        address: str,
        model: messages.Model,
        tls: channels.Tls | None = None,
        deadline: float = client.DEADLINE,
    ):
        """Makes the channel; nothing is sent before the first call."""
        self._address, self._model, self._deadline = address, model, deadline
        self._channel = channels.connect_async(address, tls)
        self._calls = channels.calls(self._channel)
        self._offered: Mapping | None = None

    async def __aenter__(self) -> "AsyncClient":
        """The client itself."""
        return self

    async def __aexit__(self, *error: Any) -> None:
        """Closes the connection."""
        await self.close()

    async def close(self) -> None:
        """Closes the connection."""
        await self._channel.close()

    async def status(self) -> list[messages.VersionState]:
        """The model's versions, the newest first."""
        request = messages.status_request(self._model)
        end = time.monotonic() + self._deadline
        return messages.read_status(
            await self._call(self._calls.status, request, end, wait=False)
        )

    async def landmarks(self) -> messages.Landmarks:
        """What the model's landmarks are."""
        request = messages.landmarks_request(self._model)
        return messages.read_landmarks(await self._predict(request, wait=False))

    async def detect(self, images: np.ndarray) -> messages.Detections:
        """Detects in pictures of one size, uint8 [B, H, W, 3]."""
        request = messages.images_request(self._model, images)
        return messages.read_detections(await self._predict(request))

    async def detect_files(self, files: Sequence[bytes]) -> messages.Detections:
        """Detects in JPEG or PNG files of any sizes."""
        request = messages.encoded_request(self._model, files)
        return messages.read_detections(await self._predict(request))

    async def transfer(
        self, poses: Sequence[bytes], looks: Sequence[bytes]
    ) -> list[bytes]:
        """PNG files: the first pictures' poses, the second ones' looks."""
        request = messages.transfer_request(self._model, poses, looks)
        return messages.read_pictures(await self._predict(request))

    async def stream(
        self, batches: Iterable[np.ndarray], in_flight: int = 8
    ) -> AsyncIterator[messages.Detections]:
        """`detect` for each of many batches, in order."""
        waiting: collections.deque = collections.deque()
        try:
            for batch in batches:
                waiting.append(asyncio.create_task(self.detect(batch)))
                if len(waiting) == in_flight:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for task in waiting:
                task.cancel()

    async def _predict(self, request, wait: bool = True):
        end = time.monotonic() + self._deadline
        if self._offered is None:
            asked = signatures.request(self._model)
            response = await self._call(self._calls.metadata, asked, end, wait)
            self._offered = signatures.read(response)
        signatures.check(request, self._offered, self._address, self._model)
        return await self._call(self._calls.predict, request, end, wait)

    async def _call(self, method, request, end: float, wait: bool):
        policy = retries.policy(end - time.monotonic(), wait)
        try:
            return await tenacity.AsyncRetrying(**policy)(
                _attempt, method, request, end
            )
        except grpc.RpcError as error:
            raise messages.explain(
                error, self._address, self._model, self._deadline
            ) from error


async def _attempt(method, request, end: float):
    return await method(request, timeout=max(end - time.monotonic(), 0.001))
