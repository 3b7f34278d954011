"""Flags of the demo page."""

from absl import flags

REST_SERVER = flags.DEFINE_string(
    "rest_server", None, "HOST:PORT of the server's REST API."
)
PORT = flags.DEFINE_integer(
    "port",
    8080,
    "Of the page; 0: any that is free.",
    lower_bound=0,
    upper_bound=65535,
)
