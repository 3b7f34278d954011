"""Flags of evaluating a run."""

from absl import flags

SPLIT = flags.DEFINE_string(
    "split", "test", "Split of the data to evaluate on."
)
