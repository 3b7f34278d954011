"""Why a request is not answered, in TF-Serving's codes."""

import grpc
import tensorflow as tf
from absl import logging

# Of gRPC's codes; what is missing is 500.
HTTP_STATUS = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}

_CODES = {code.value[0]: code for code in grpc.StatusCode}

# Bytes, as TF-Serving's. gRPC drops answers whose message is over 8 KB, and
# writes each byte that is not ASCII as three.
_LONGEST_MESSAGE = 1024


class Refusal(Exception):
    """A request that is not answered.

    Attributes:
      code: gRPC's.
      message: for the one who asked.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        """Keeps both; the message is cut as TF-Serving cuts it."""
        super().__init__(message)
        self.code = code
        cut = message.encode(errors="replace")[:_LONGEST_MESSAGE]
        self.message = cut.decode(errors="ignore")


def invalid(message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def of(error: Exception) -> Refusal:
    """What the one who asked is told of an exception.

    An exception that nobody thought of is the server's own fault: it is logged.
    """
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NotImplementedError):
        return Refusal(
            grpc.StatusCode.UNIMPLEMENTED, "this server has no such method"
        )
    logging.error("a request could not be answered", exc_info=error)
    if isinstance(error, MemoryError):
        return Refusal(
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "the server's memory does not suffice; send smaller batches",
        )
    return Refusal(
        grpc.StatusCode.INTERNAL,
        f"the server has a fault ({type(error).__name__}); see its log",
    )


def of_tensorflow(error: tf.errors.OpError) -> Refusal:
    """What TensorFlow raised while it computed."""
    code = _CODES.get(error.error_code, grpc.StatusCode.INTERNAL)
    return Refusal(code, _sentence(error.message))


def _sentence(message: str) -> str:
    """What went wrong, without the trace of the graph around it."""
    lines = [line.strip() for line in message.splitlines()]
    # An assertion's own words; else what stands before the node's name.
    said = [line for line in lines if "assertion failed" in line]
    at_node = [
        lines[i - 1] for i, line in enumerate(lines) if line.startswith("[[{{")
    ]
    return (said or at_node or lines or ["no reason given"])[0]
