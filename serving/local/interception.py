"""Has every request answered with a code and a sentence, whatever it holds."""

from collections.abc import Callable

import grpc

from serving.local import refusals
from serving.local import room


class Answering(grpc.ServerInterceptor):
    """Parses requests, and turns what is raised into gRPC's codes.

    gRPC itself would call a message that cannot be parsed INTERNAL, as if the
    server were at fault, and tell clients the text of any exception; and it
    bounds each message, but not what is there of all of them at a time.
    """

    def __init__(self):
        """No message is there yet."""
        self._room = room.Room()

    def intercept_service(self, continuation, handler_call_details):
        """Wraps the handler of a call, where it has one."""
        handler = continuation(handler_call_details)
        if handler is None:
            return None
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                _answers(handler, self._room), None, handler.response_serializer
            )
        return grpc.unary_unary_rpc_method_handler(
            _answer(handler, self._room), None, handler.response_serializer
        )


def _answer(handler: grpc.RpcMethodHandler, held: room.Room) -> Callable:
    def answer(message: bytes, context: grpc.ServicerContext):
        try:
            with held.taken(len(message)):
                request = _parse(handler.request_deserializer, message)
                return handler.unary_unary(request, context)
        except Exception as error:
            refusal = refusals.of(error)
        return context.abort(refusal.code, refusal.message)

    return answer


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
