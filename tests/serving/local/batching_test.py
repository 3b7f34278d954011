"""What takes no part in a batch, and what is not waited for."""

import threading
import time
from concurrent import futures

import pytest
import tensorflow as tf

from serving.local import batching
from serving.local import refusals

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
        time.sleep(0.02)  # for others to come, who should not
        with self._lock:
            self._running -= 1
        return {"y": tf.zeros([0])}


@pytest.mark.parametrize("shape", [(0, 3, 2), (1, 0, 2)])
def test_what_is_empty_runs_alone_and_few_at_a_time(shape):
    signature = _Signature()
    parameters = batching.Parameters(num_batch_threads=_AT_A_TIME)
    batcher = batching.Batcher(signature, parameters)
    _assert_few_at_a_time(signature, batcher, shape)


def test_without_batching_few_run_at_a_time():
    signature = _Signature()
    alone = batching.Alone(signature, at_a_time=_AT_A_TIME)
    _assert_few_at_a_time(signature, alone, (1, 3, 2))


def _assert_few_at_a_time(signature, compute, shape):
    with futures.ThreadPoolExecutor(12) as pool:
        calls = [pool.submit(compute, x=tf.zeros(shape)) for _ in range(24)]
    assert all(call.result()["y"].shape == [0] for call in calls)
    assert signature.most == _AT_A_TIME


def test_without_batching_a_request_has_a_largest_size():
    alone = batching.Alone(lambda x: {"y": x + 1})
    assert alone(x=tf.zeros([256, 1]))["y"].shape == [256, 1]
    with pytest.raises(refusals.Refusal, match=r"size 257 is larger .* 256;"):
        alone(x=tf.zeros([257, 1]))


class _SlowToTrace:
    """Adds one; to rows of one element after a while."""

    def __init__(self):
        self.structured_input_signature = ((), {"x": tf.TensorSpec([None, 2])})
        self.structured_outputs = {"y": None}
        self.begun, self.end = threading.Event(), threading.Event()

    def __call__(self, x):
        if x.shape[1] == 1:
            self.begun.set()
            self.end.wait(timeout=60)
        return {"y": x + 1}


def test_a_size_that_is_new_stops_no_request_of_others():
    signature = _SlowToTrace()
    batcher = batching.Batcher(signature, batching.Parameters())
    with futures.ThreadPoolExecutor(2) as pool:
        new = pool.submit(batcher, x=tf.zeros([3, 1]))
        signature.begun.wait(timeout=60)
        other = pool.submit(batcher, x=tf.zeros([4, 2]))
        try:
            assert other.result(timeout=30)["y"].shape == [4, 2]
        finally:
            signature.end.set()
        assert new.result()["y"].shape == [3, 1]
