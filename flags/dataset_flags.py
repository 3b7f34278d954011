"""Flags of making data, whether by `prepare` or by `train` on its own."""

from absl import flags

DATASET = flags.DEFINE_string(
    "dataset",
    "video",
    "Where the data come from: video (your own: --frames, --poses), "
    "talking_face (fetched out of packages), demo (the same, trained for "
    "minutes), demo_body (a man, fetched as well), avatars (rendered people), "
    "or one that others own and you have (--source): h36m, "
    "simple_h36m, penn_action, voxceleb, w300.",
)
AVATARS_SCALE = flags.DEFINE_enum(
    "avatars_scale",
    "small",
    ["tiny", "small", "full"],
    "How many people --dataset=avatars renders: 4, 100 or 2,500 train clips.",
)
IMAGE_SIZE = flags.DEFINE_integer(
    "image_size",
    128,
    "Side of the crops in pixels; a multiple of 16 (sec. 5: 128).",
)
PSEUDO_LABELS = flags.DEFINE_enum(
    "pseudo_labels",
    "none",
    ["none", "dlib"],
    "Landmarks for a test split without labels; dlib: 68 of a face, for "
    "non-commercial use.",
)
SEED = flags.DEFINE_integer(
    "seed",
    0,
    "Of everything that is drawn: views, pairs, order, weights. What train "
    "makes by itself is of seed 0, so that runs compare.",
    lower_bound=0,
    upper_bound=2**31 - 1,
)
