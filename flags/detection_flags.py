"""Flags of detecting in one's own pictures."""

from absl import flags

IMAGES = flags.DEFINE_string(
    "images", None, "Images to detect in, by a quoted pattern: 'DIR/*.jpg'."
)
VIDEO = flags.DEFINE_string("video", None, "Video file to detect in.")
BOX = flags.DEFINE_string(
    "box",
    None,
    "Where the object is, x,y,width,height in pixels, for all frames alike; "
    "grown to a square. None: the frame padded to a square, as prepare does.",
)
