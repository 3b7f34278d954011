"""Has every request answered with a code and a sentence, whatever it holds."""

import contextlib
import functools
from collections.abc import Callable

import grpc

from serving.local import metrics as serving_metrics
from serving.local import refusals
from serving.local import room

_PREDICT = "/tensorflow.serving.PredictionService/Predict"


class Answering(grpc.ServerInterceptor):
    """Parses requests, and turns what is raised into gRPC's codes.

    gRPC itself would call a message that cannot be parsed INTERNAL, as if the
    server were at fault, and tell clients the text of any exception; and it
    bounds each message, but not what is there of all of them at a time.
    """

    def __init__(self, metrics: serving_metrics.Metrics):
        """No message is there yet.

        Args:
          metrics: of the server, which count what is to be predicted.
        """
        self._room, self._metrics = room.Room(), metrics

    def intercept_service(self, continuation, handler_call_details):
        """Wraps the handler of a call, where it has one."""
        handler = continuation(handler_call_details)
        if handler is None:
            return None
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                _answers(handler, self._room), None, handler.response_serializer
            )
        measured = contextlib.nullcontext
        if handler_call_details.method == _PREDICT:
            measured = functools.partial(self._metrics.measured, "GRPC")
        return grpc.unary_unary_rpc_method_handler(
            _answer(handler, self._room, measured),
            None,
            handler.response_serializer,
        )


def _answer(
    handler: grpc.RpcMethodHandler, held: room.Room, measured: Callable
) -> Callable:
    def answer(message: bytes, context: grpc.ServicerContext):
        try:
            with measured() as asked, held.taken(len(message)):
                request = _parse(handler.request_deserializer, message)
                if asked:
                    asked.model = request.model_spec.name
                response = handler.unary_unary(request, context)
                if context.time_remaining() == 0:
                    raise refusals.Refusal(
                        grpc.StatusCode.DEADLINE_EXCEEDED, "nobody waits now"
                    )
                _hold(response.ByteSize(), held, context)
                return response
        except Exception as error:
            refusal = refusals.of(error)
        return context.abort(refusal.code, refusal.message)

    return answer


def _hold(size: int, held: room.Room, context: grpc.ServicerContext) -> None:
    """Takes room for an answer until it is sent: it may never be read."""
    held.take(size)
    if not context.add_callback(lambda: held.give_back(size)):
        held.give_back(size)  # The one who asked is gone already.


def _answers(handler: grpc.RpcMethodHandler, held: room.Room) -> Callable:
    def answers(message: bytes, context: grpc.ServicerContext):
        try:
            with held.taken(len(message)):
                request = _parse(handler.request_deserializer, message)
                yield from handler.unary_stream(request, context)
            return
        except Exception as error:
            refusal = refusals.of(error)
        context.abort(refusal.code, refusal.message)

    return answers


def _parse(deserializer, message: bytes):
    try:
        return deserializer(message)
    except Exception as error:  # protobuf's Python raises more than its own.
        raise refusals.invalid(
            f"the message is no request of this method ({error})"
        ) from error
