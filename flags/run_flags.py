"""Where a run is: what all mains after prepare have in common."""

from absl import flags

WORKDIR = flags.DEFINE_string(
    "workdir", None, "Folder of the run; train: runs/DATASET where not given."
)
