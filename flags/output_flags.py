"""Where results go."""

from absl import flags

OUT = flags.DEFINE_string(
    "out",
    None,
    "Folder of the results; for protoset, figure and edit a file.",
)
