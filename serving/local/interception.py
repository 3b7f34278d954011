"""Has every request answered with a code and a sentence, whatever it holds."""

import grpc

from serving.local import refusals


class Answering(grpc.ServerInterceptor):
    """Parses requests, and turns what is raised into gRPC's codes.

    gRPC itself would call a message that cannot be parsed INTERNAL, as if the
    server were at fault, and tell clients the text of any exception.
    """

    def intercept_service(self, continuation, handler_call_details):
        """Wraps the handler of a call, where it has one."""
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler

        def answer(message: bytes, context: grpc.ServicerContext):
            try:
                request = _parse(handler.request_deserializer, message)
                return handler.unary_unary(request, context)
            except Exception as error:
                refusal = refusals.of(error)
            return context.abort(refusal.code, refusal.message)

        return grpc.unary_unary_rpc_method_handler(
            answer, None, handler.response_serializer
        )


def _parse(deserializer, message: bytes):
    try:
        return deserializer(message)
    except Exception as error:  # protobuf's Python raises more than its own.
        raise refusals.invalid(
            f"the message is no request of this method ({error})"
        ) from error
