"""Joins requests to batches, by TensorFlow's own batching ops."""

import itertools
import threading
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf

from serving.local import refusals

# Pictures of one size are joined; each size has a queue. Past this many sizes
# requests run alone, as many at a time as batches do, so that a client cannot
# fill the memory with queues. None makes way for a new size: TensorFlow keeps
# queues as long as the process, and a size is traced far longer than computed.
_MOST_QUEUES = 64

_numbers = itertools.count()  # of queues


class Parameters(NamedTuple):
    """TF-Serving's batching parameters.

    Attributes:
      max_batch_size: elements in a batch.
      batch_timeout_micros: how long a batch waits to be filled.
      max_enqueued_batches: that wait for a thread; past them requests are
        refused as UNAVAILABLE.
      num_batch_threads: batches that are computed at a time.
      allowed_batch_sizes: increasing, the last `max_batch_size`; batches are
        filled up to one of them. Empty: any size.
    """

    max_batch_size: int = 32
    batch_timeout_micros: int = 1000
    max_enqueued_batches: int = 8
    num_batch_threads: int = 2
    allowed_batch_sizes: tuple[int, ...] = ()


# Without batching: of a request's elements, and of requests at a time. Sizes of
# pictures are their senders' choice, and each can need much memory.
_MOST_ALONE = 256
_AT_A_TIME = Parameters().num_batch_threads


class Alone:
    """One signature of one version, whose requests run alone."""

    def __init__(
        self,
        signature: Callable[..., Mapping[str, tf.Tensor]],
        largest: int = _MOST_ALONE,
        at_a_time: int = _AT_A_TIME,
    ):
        """Keeps the signature.

        Args:
          signature: to compute.
          largest: elements of a request.
          at_a_time: requests; others wait.
        """
        self._signature, self._largest = signature, largest
        self._free = threading.Semaphore(at_a_time)

    def __call__(self, **inputs: tf.Tensor) -> Mapping[str, tf.Tensor]:
        """Computes.

        Raises:
          refusals.Refusal: there are more elements than a request may have.
          tf.errors.OpError: of the computation.
        """
        self.check_size(inputs.values())
        with self._free:
            return self._signature(**inputs)

    def check_size(self, values: Iterable[tf.Tensor]) -> None:
        """Whether they have no more elements than a request may have.

        Raises:
          refusals.Refusal: they have more.
        """
        size = max((v.shape[0] for v in values if v.shape.rank), default=0)
        if size > self._largest:
            raise refusals.invalid(
                f"Task size {size} is larger than maximum input batch size "
                f"{self._largest}; send smaller batches"
            )


class Batcher:
    """One signature of one version, whose requests run in batches."""

    def __init__(
        self,
        signature: Callable[..., Mapping[str, tf.Tensor]],
        parameters: Parameters,
    ):
        """Keeps the signature; queues are made as shapes come."""
        self._signature = signature
        self._inputs = sorted(signature.structured_input_signature[1])
        self._outputs = sorted(signature.structured_outputs)
        self._parameters = parameters
        self._queues: dict[tuple, Callable] = {}
        self._alone = Alone(
            signature, parameters.max_batch_size, parameters.num_batch_threads
        )
        self._lock = threading.Lock()

    def __call__(self, **inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Computes, together with others that wait.

        Raises:
          refusals.Refusal: there are more elements than a batch may have.
          tf.errors.OpError: of the computation, or UnavailableError from a
            queue that is full.
        """
        values = [inputs[name] for name in self._inputs]
        shapes = tuple(tuple(value.shape[1:]) for value in values)
        self._alone.check_size(values)
        # What is empty takes no part in a batch; the signature refuses it.
        is_empty = any(0 in value.shape for value in values)
        queue = None if is_empty else self._queue(shapes)
        if queue is None:
            return self._alone(**inputs)
        try:
            outputs = queue(*values)
        except tf.errors.InvalidArgumentError:
            # Some request of the batch is wrong. Alone, each has its answer.
            return self._alone(**inputs)
        return dict(zip(self._outputs, outputs, strict=True))

    def _queue(self, shapes: tuple) -> Callable | None:
        with self._lock:
            if shapes not in self._queues and len(self._queues) < _MOST_QUEUES:
                self._queues[shapes] = self._make_queue(shapes)
            return self._queues.get(shapes)

    def _make_queue(self, shapes: tuple) -> Callable:
        parameters = self._parameters
        specs = self._signature.structured_input_signature[1]
        signature = [
            tf.TensorSpec([None, *shape], specs[name].dtype)
            for name, shape in zip(self._inputs, shapes, strict=True)
        ]

        def compute(*values):
            outputs = self._signature(
                **dict(zip(self._inputs, values, strict=True))
            )
            return [outputs[name] for name in self._outputs]

        def enqueue(*values):
            # Traced when the first request comes, which others do not wait for.
            computation = tf.function(compute, signature, autograph=False)
            computation = computation.get_concrete_function()
            return tf.raw_ops.BatchFunction(
                in_tensors=list(values),
                captured_tensors=computation.captured_inputs,
                f=computation,
                num_batch_threads=parameters.num_batch_threads,
                max_batch_size=parameters.max_batch_size,
                batch_timeout_micros=parameters.batch_timeout_micros,
                max_enqueued_batches=parameters.max_enqueued_batches,
                allowed_batch_sizes=list(parameters.allowed_batch_sizes),
                enable_large_batch_splitting=False,
                # The threads are all queues' of the process, which without a
                # name of its own would be one queue: of all signatures.
                shared_name=repr(parameters),
                batching_queue=f"queue_{next(_numbers)}",
                Tout=[output.dtype for output in computation.outputs],
            )

        return tf.function(enqueue, signature, autograph=False)
