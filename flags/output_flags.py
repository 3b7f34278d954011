"""Where results go."""

from absl import flags

OUT = flags.DEFINE_string(
    "out",
    None,
    "Folder of the results, of detect by itself `detected`; for protoset, "
    "figure and edit a file.",
)
