"""What takes no part in a batch, with a signature that counts its calls."""

import threading
from concurrent import futures

import pytest
import tensorflow as tf

from serving.local import batching

_AT_A_TIME = 3


class _Signature:
    """Waits until there are so many calls, and remembers the most."""

    def __init__(self):
        self.structured_input_signature = ((), {"x": None})
        self.structured_outputs = {"y": None}
        self._enough = threading.Barrier(_AT_A_TIME)
        self._lock, self._running, self.most = threading.Lock(), 0, 0

    def __call__(self, x):
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        self._enough.wait(timeout=60)
        with self._lock:
            self._running -= 1
        return {"y": tf.zeros([0])}


@pytest.mark.parametrize("shape", [(0, 3, 2), (1, 0, 2)])
def test_what_is_empty_runs_alone_and_few_at_a_time(shape):
    signature = _Signature()
    parameters = batching.Parameters(num_batch_threads=_AT_A_TIME)
    batcher = batching.Batcher(signature, parameters)
    with futures.ThreadPoolExecutor(12) as pool:
        calls = [pool.submit(batcher, x=tf.zeros(shape)) for _ in range(24)]
    assert all(call.result()["y"].shape == [0] for call in calls)
    assert signature.most == _AT_A_TIME
