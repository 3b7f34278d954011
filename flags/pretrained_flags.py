"""Which detector to use where there is no run of one's own."""

from absl import flags

PRETRAINED = flags.DEFINE_string(
    "pretrained",
    None,
    "Name of a detector that comes with the project, in place of --workdir; "
    "its MODEL_CARD.md is in tf_landmarks/pretrained/NAME.",
)
