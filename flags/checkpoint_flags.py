"""Flags of using a run's detector."""

from absl import flags

_KINDS = {"newest": "step", "best": "best"}

CHECKPOINT = flags.DEFINE_enum(
    "checkpoint",
    "newest",
    list(_KINDS),
    "Which of the run's checkpoints to take; best: by the test split's labels, "
    "or where it has none by the reconstruction of x.",
)


def kind() -> str:
    """The checkpoint that was asked for, as `workdirs` calls its kind."""
    return _KINDS[CHECKPOINT.value]
