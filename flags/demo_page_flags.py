"""Flags of the demo page."""

from absl import flags

REST_SERVER = flags.DEFINE_string(
    "rest_server", None, "HOST:PORT of the server's REST API."
)
MODEL = flags.DEFINE_string("model", None, "Name of the model on the server.")
HOST = flags.DEFINE_string("host", "127.0.0.1", "Address to listen on.")
PORT = flags.DEFINE_integer(
    "port",
    8080,
    "Of the page; 0: any that is free.",
    lower_bound=0,
    upper_bound=65535,
)
