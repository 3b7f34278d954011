"""Which model of a server is asked."""

from absl import flags

MODEL = flags.DEFINE_string("model", None, "Name of the model on the server.")
