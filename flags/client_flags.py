"""Flags of asking a server."""

from absl import flags

SERVER = flags.DEFINE_string("server", None, "HOST:PORT of the server's gRPC.")
VERSION = flags.DEFINE_integer(
    "version", None, "Version of the model. None: the newest."
)
LABEL = flags.DEFINE_string(
    "label", None, "Label such as stable, in place of --version."
)
CAMERA = flags.DEFINE_integer(
    "camera", None, "Number of a camera: 0 is /dev/video0."
)
DEADLINE = flags.DEFINE_float(
    "deadline",
    30.0,
    "Seconds that a request may take, retries included.",
    lower_bound=0.001,
)
IN_FLIGHT = flags.DEFINE_integer(
    "in_flight",
    4,
    "Requests that the server has at a time, at most.",
    lower_bound=1,
)
TLS = flags.DEFINE_bool("tls", False, "Encrypt the connection.")
CA_CERT = flags.DEFINE_string(
    "ca_cert", None, "PEM file of who signed the server's certificate."
)
CLIENT_CERT = flags.DEFINE_string(
    "client_cert", None, "PEM file of the client's own certificate."
)
CLIENT_KEY = flags.DEFINE_string("client_key", None, "PEM file of its key.")
SERVER_NAME_OVERRIDE = flags.DEFINE_string(
    "server_name_override",
    None,
    "Name that the server's certificate is for, where it is not --server's.",
)
