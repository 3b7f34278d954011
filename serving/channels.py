"""How a client reaches a server: address, encryption, limits."""

import pathlib
import types
from collections.abc import Callable
from typing import NamedTuple

import grpc

from serving import protos

MAX_MESSAGE_BYTES = 64 * 2**20

_OPTIONS = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    # A connection that is dead without a word is found in 20 s; servers do
    # not allow pings in shorter intervals than 5 minutes.
    ("grpc.keepalive_time_ms", 300_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # A server that comes back is found soon.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # The client retries by itself: gRPC would not retry large requests.
    ("grpc.enable_retries", 0),
)


class Tls(NamedTuple):
    """PEM files of an encrypted connection.

    Attributes:
      ca_cert: who the server's certificate must be signed by; None: one of
        those that gRPC knows.
      client_cert, client_key: of the client, where the server wants to know
        it; both or neither.
      server_name: that the certificate is for, where it is not the address.
    """

    ca_cert: pathlib.Path | None = None
    client_cert: pathlib.Path | None = None
    client_key: pathlib.Path | None = None
    server_name: str | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """What gRPC takes.

        Raises:
          OSError: a file cannot be read.
        """
        return grpc.ssl_channel_credentials(
            *(
                path.read_bytes() if path else None
                for path in (self.ca_cert, self.client_key, self.client_cert)
            )
        )

    def options(self) -> tuple[tuple[str, str], ...]:
        """Of the channel, beside those of all channels."""
        if self.server_name is None:
            return ()
        return (("grpc.ssl_target_name_override", self.server_name),)


class Calls(NamedTuple):
    """What is called over a channel.

    Attributes:
      predict: of PredictionService.
      metadata: its GetModelMetadata.
      status: GetModelStatus of ModelService.
    """

    predict: Callable
    metadata: Callable
    status: Callable


def connect(address: str, tls: Tls | None = None) -> grpc.Channel:
    """A channel; it connects when it is first used.

    Args:
      address: HOST:PORT.
      tls: None for a connection that is not encrypted.
    """
    return _connect(grpc, address, tls)


def connect_async(address: str, tls: Tls | None = None) -> grpc.aio.Channel:
    """The same for asyncio."""
    return _connect(grpc.aio, address, tls)


def _connect(library: types.ModuleType, address: str, tls: Tls | None):
    if tls is None:
        return library.insecure_channel(address, _OPTIONS)
    options = (*_OPTIONS, *tls.options())
    return library.secure_channel(address, tls.credentials(), options)


def calls(channel: grpc.Channel | grpc.aio.Channel) -> Calls:
    """The calls that clients make over a channel of either kind."""
    models = protos.model_service_pb2_grpc
    prediction = protos.prediction_service_pb2_grpc.PredictionServiceStub(
        channel
    )
    return Calls(
        prediction.Predict,
        prediction.GetModelMetadata,
        models.ModelServiceStub(channel).GetModelStatus,
    )
