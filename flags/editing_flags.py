"""Flags of moving landmarks."""

from absl import flags

MOVE = flags.DEFINE_multi_string(
    "move",
    [],
    "NAME:X,Y, a landmark and how far it goes right and down, in fractions of "
    "the image's side, such as left_elbow:+0.1,-0.05; may be given several "
    "times.",
)
