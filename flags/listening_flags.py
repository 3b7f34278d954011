"""Where a server listens."""

from absl import flags

HOST = flags.DEFINE_string("host", "127.0.0.1", "Address to listen on.")
