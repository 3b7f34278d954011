"""Flags of the data: what `prepare` reads, and what training draws."""

from absl import flags

DATASET = flags.DEFINE_string(
    "dataset",
    "video",
    "Where the data come from: video (your own: --frames, --poses) or demo "
    "(faces, fetched out of packages).",
)
DATA_DIR = flags.DEFINE_string(
    "data_dir", None, "Folder of the prepared data; prepare makes it."
)
FRAMES = flags.DEFINE_string(
    "frames",
    None,
    "Folder of the training clips: video files, or one sub-folder of images "
    "per clip.",
)
POSES = flags.DEFINE_string(
    "poses", None, "COCO keypoint file of the unpaired poses, the prior."
)
BOXES = flags.DEFINE_string(
    "boxes",
    None,
    "COCO file with a bbox per frame of --frames, to crop by. None: frames "
    "are padded to squares.",
)
TEST_FRAMES = flags.DEFINE_string(
    "test_frames", None, "Folder of the test clips, like --frames."
)
TEST_LABELS = flags.DEFINE_string(
    "test_labels",
    None,
    "COCO keypoint file of frames of --test_frames; a bbox in it crops.",
)
PRIOR_CAMERAS = flags.DEFINE_integer(
    "prior_cameras",
    0,
    "How many random views of the poses' keypoints_3d make the prior; 0: the "
    "poses are 2D.",
    lower_bound=0,
)
PSEUDO_LABELS = flags.DEFINE_enum(
    "pseudo_labels",
    "none",
    ["none", "dlib"],
    "Landmarks for a test split without labels; dlib: 68 of a face, for "
    "non-commercial use.",
)
IMAGE_SIZE = flags.DEFINE_integer(
    "image_size",
    128,
    "Side of the crops in pixels; a multiple of 16 (sec. 5: 128).",
)
SKIP_BAD = flags.DEFINE_bool(
    "skip_bad", False, "Leave out files that cannot be read, and name them."
)
SEED = flags.DEFINE_integer(
    "seed", 0, "Of everything that is drawn: views, pairs, order, weights."
)
PAIR_WINDOW = flags.DEFINE_integer(
    "pair_window",
    32,
    "How many frames x' is from x at most, within their run of some 32 "
    "frames (released: any two frames of a clip).",
    lower_bound=1,
)
TPS = flags.DEFINE_bool(
    "tps",
    False,
    "Warp x' by random thin-plate splines ([23]; released, but off).",
)
