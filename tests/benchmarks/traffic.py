"""Load on a server by many clients, each of which waits for its answer.

Requests are serialised before and answers are not parsed, so that what the
clients cost beside the server is gRPC's own.
"""

import asyncio
import itertools
import time
from collections.abc import Iterable
from collections.abc import Sequence

import grpc
import numpy as np

from tests.benchmarks import windows

_PREDICT = "/tensorflow.serving.PredictionService/Predict"
_WARM_UP = 1.0  # seconds before a window

# Else all clients of a process would share one connection.
_OPTIONS = (("grpc.use_local_subchannel_pool", 1),)


def measure(
    address: str, requests: Sequence[bytes], clients: int, seconds: float
) -> windows.Window:
    """Has clients ask without a pause, and counts within a window.

    Args:
      address: HOST:PORT.
      requests: PredictRequests of one picture each, asked in turn.
      clients: each with a connection of its own.
      seconds: of the window.

    Raises:
      grpc.RpcError: a request was not answered.
    """
    return asyncio.run(_measure(address, requests, clients, seconds))


def send(address: str, requests: Iterable[bytes], clients: int) -> None:
    """Has clients share requests out among them, until all are answered.

    Raises:
      grpc.RpcError: one was not answered.
    """
    asyncio.run(_ask_all(address, requests, clients, []))


async def _measure(address, requests, clients, seconds) -> windows.Window:
    over = asyncio.Event()
    endless = itertools.takewhile(
        lambda _: not over.is_set(), itertools.cycle(requests)
    )
    latencies: list[float] = []
    asking = asyncio.create_task(_ask_all(address, endless, clients, latencies))
    await asyncio.sleep(_WARM_UP)
    latencies.clear()
    start, busy = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    took, busy = time.perf_counter() - start, time.process_time() - busy
    counted = np.array(latencies)
    over.set()
    await asking
    return windows.Window(len(counted) / took, counted, busy / took)


async def _ask_all(
    address: str,
    requests: Iterable[bytes],
    clients: int,
    latencies: list[float],
) -> None:
    shared = iter(requests)
    await asyncio.gather(
        *(_ask(address, shared, latencies) for _ in range(clients))
    )


async def _ask(address, requests, latencies) -> None:
    async with grpc.aio.insecure_channel(address, _OPTIONS) as channel:
        predict = channel.unary_unary(_PREDICT)
        for request in requests:
            start = time.perf_counter()
            await predict(request, wait_for_ready=True)
            latencies.append(time.perf_counter() - start)
