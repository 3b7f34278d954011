"""Flags of where to look in one's own pictures."""

from absl import flags

BOX = flags.DEFINE_string(
    "box",
    None,
    "Where the object is, x,y,width,height in pixels, for all frames alike; "
    "grown to a square. None: the frame padded to a square, as prepare does.",
)
