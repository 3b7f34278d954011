"""When a call is made again, and for how long."""

import grpc
import tenacity

# The server was not there, was shutting down, or its queue was full. A request
# that a server refuses, it refuses again.
_WORTH_ANOTHER_TRY = (grpc.StatusCode.UNAVAILABLE,)

_MOST_ATTEMPTS = 5
_FIRST_WAIT = 0.1  # seconds, doubled from try to try
_LONGEST_WAIT = 2.0


def _is_worth_another_try(error: BaseException) -> bool:
    return (
        isinstance(error, grpc.RpcError) and error.code() in _WORTH_ANOTHER_TRY
    )


def policy(seconds: float, wait: bool) -> dict:
    """Arguments of `tenacity.Retrying` and `AsyncRetrying`.

    Waits are drawn evenly between 0 and a limit that doubles, so that clients
    that failed together do not come back together. gRPC's own waiting for a
    server would end without a word of why there was none.

    Args:
      seconds: from the first try to the last.
      wait: whether to use them all, for a server that is started again or is
        busy; else a few tries are enough.
    """
    stop = tenacity.stop_before_delay(seconds)
    if not wait:
        stop |= tenacity.stop_after_attempt(_MOST_ATTEMPTS)
    return {
        "retry": tenacity.retry_if_exception(_is_worth_another_try),
        "stop": stop,
        "wait": tenacity.wait_random_exponential(_FIRST_WAIT, _LONGEST_WAIT),
        "reraise": True,
    }
