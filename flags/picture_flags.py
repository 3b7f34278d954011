"""Flags of one's own pictures."""

from absl import flags

IMAGES = flags.DEFINE_string(
    "images", None, "Images, by a quoted pattern: 'DIR/*.jpg'."
)
VIDEO = flags.DEFINE_string("video", None, "Video file.")
