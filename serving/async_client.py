"""`client.Client` for asyncio."""

import asyncio
import time
from collections.abc import AsyncIterable
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
from serving import png_files
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
        self._offered: Mapping = {}
        self._sends_files = False
        self._is_closed = False

    async def __aenter__(self) -> "AsyncClient":
        """The client itself."""
        return self

    async def __aexit__(self, *error: Any) -> None:
        """Closes the connection."""
        await self.close()

    async def close(self) -> None:
        """Closes the connection; calls that run and later ones fail."""
        self._is_closed = True
        await self._channel.close()

    async def status(self) -> list[messages.VersionState]:
        """The model's versions, the newest first."""
        request = messages.status_request(self._model)
        end = time.monotonic() + self._deadline
        return messages.read_status(
            await self._call(self._calls.status, request, end, wait=False)
        )

    async def landmarks(self, version: int | None = None) -> messages.Landmarks:
        """What the model's landmarks are."""
        model, wait = self._model, version is not None
        if wait:
            model = messages.Model(model.name, version)
        request = messages.landmarks_request(model)
        return messages.read_landmarks(await self._predict(request, wait))

    async def detect(self, images: np.ndarray) -> messages.Detections:
        """Detects in pictures of one size, uint8 [B, H, W, 3]."""
        request = messages.images_request(self._model, images)
        if not self._sends_files:
            try:
                return messages.read_detections(await self._predict(request))
            except messages.ServingError as error:
                if not messages.is_of_joined_sizes(error):
                    raise
                self._sends_files = True
        files = await asyncio.to_thread(png_files.encode, images)
        return await self.detect_files(files)

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
        self,
        batches: AsyncIterable[np.ndarray] | Iterable[np.ndarray],
        in_flight: int = 8,
    ) -> AsyncIterator[messages.Detections]:
        """`detect` for each of many batches, in order.

        Args:
          batches: of images, drawn as answers come. While one of an
            asynchronous source is waited for, answers come and the loop is
            free; another source keeps the loop.
          in_flight: how many requests the server has at a time, at most.
        """
        if in_flight < 1:
            raise ValueError(f"in_flight is {in_flight}; it must be 1 or more")
        asked: asyncio.Queue = asyncio.Queue()
        room = asyncio.Semaphore(in_flight)

        async def ask() -> None:
            try:
                await room.acquire()
                async for batch in _drawn(batches):
                    asked.put_nowait(asyncio.create_task(self.detect(batch)))
                    await room.acquire()
            finally:
                asked.put_nowait(None)

        asking = asyncio.create_task(ask())
        try:
            while (task := await asked.get()) is not None:
                yield await task
                room.release()
            await asking
        finally:
            asking.cancel()
            while not asked.empty():
                if task := asked.get_nowait():
                    task.cancel()

    async def _predict(self, request, wait: bool = True):
        end = time.monotonic() + self._deadline
        if not signatures.is_offered(request, self._offered):
            # Not asked yet, or of a version before.
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
        except (asyncio.CancelledError, grpc.aio.UsageError) as error:
            # gRPC cancels what runs as if somebody had cancelled the task.
            if not self._is_closed or asyncio.current_task().cancelling():
                raise
            raise messages.closed(self._address) from error
        except grpc.RpcError as error:
            raise messages.explain(
                error, self._address, self._model, self._deadline
            ) from error


async def _drawn(
    batches: AsyncIterable[np.ndarray] | Iterable[np.ndarray],
) -> AsyncIterator[np.ndarray]:
    if isinstance(batches, AsyncIterable):
        async for batch in batches:
            yield batch
        return
    for batch in batches:
        yield batch
        await asyncio.sleep(0)  # what is asked for is sent


async def _attempt(method, request, end: float):
    return await method(request, timeout=max(end - time.monotonic(), 0.001))
