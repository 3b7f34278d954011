"""Flags of what the user has for `prepare` to read."""

from absl import flags

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
SKIP_BAD = flags.DEFINE_bool(
    "skip_bad", False, "Leave out files that cannot be read, and name them."
)
PRIOR_SIZE = flags.DEFINE_integer(
    "prior_size",
    None,
    "How many of the poses make the prior, drawn by --seed (table 4); None: "
    "all.",
    lower_bound=1,
)

# Of the datasets that others own.
SOURCE = flags.DEFINE_string(
    "source", None, "Folder of the dataset, as its owner delivers it."
)
PRIOR = flags.DEFINE_string(
    "prior",
    None,
    "Dataset whose poses make the prior; None: those of --dataset, from "
    "another part than the images.",
)
PRIOR_SOURCE = flags.DEFINE_string(
    "prior_source", None, "Folder of --prior, as its owner delivers it."
)
LABELLED = flags.DEFINE_bool(
    "labelled",
    False,
    "Make a split `labelled` too, the training clips with their labels, for "
    "train --method=supervised and --method=hourglass.",
)
MASK = flags.DEFINE_bool(
    "mask",
    True,
    "Make the background black, by simple_h36m's masks, as the authors do.",
)

FACE_CROP = flags.DEFINE_float(
    "face_crop",
    1.5,
    "Side of w300's crops, in longer sides of the box about the landmarks.",
    lower_bound=1.0,
)
PRIOR_CAMERAS = flags.DEFINE_integer(
    "prior_cameras",
    0,
    "How many random views of the poses' keypoints_3d make the prior; 0: the "
    "poses are 2D.",
    lower_bound=0,
)

# Where the virtual cameras may be: LOW,HIGH, drawn uniformly between them.
# The defaults suit a face in a crop that is centred on it.
PRIOR_YAW = flags.DEFINE_list(
    "prior_yaw",
    ["-30", "30"],
    "Degrees about the vertical axis; -180,180 from all sides.",
)
PRIOR_PITCH = flags.DEFINE_list(
    "prior_pitch", ["-15", "15"], "Degrees; positive turns the front down."
)
PRIOR_ROLL = flags.DEFINE_list(
    "prior_roll", ["-12", "12"], "Degrees; positive is clockwise."
)
PRIOR_DISTANCE = flags.DEFINE_list(
    "prior_distance",
    ["2.5", "6"],
    "From the object's middle, in object sizes: the larger of its width and "
    "height before it is turned.",
)
PRIOR_SCALE = flags.DEFINE_list(
    "prior_scale", ["0.6", "0.72"], "That size as a share of the crop."
)
PRIOR_CENTRE_X = flags.DEFINE_list(
    "prior_centre_x",
    ["0.42", "0.58"],
    "Where the object's middle is seen, as a share of the crop from its left.",
)
PRIOR_CENTRE_Y = flags.DEFINE_list(
    "prior_centre_y", ["0.43", "0.6"], "The same, from its top."
)

# Where the avatars' cameras may be, drawn uniformly.
AVATARS_YAW = flags.DEFINE_list(
    "avatars_yaw",
    ["-60", "60"],
    "LOW,HIGH: degrees about the person; 0 sees the front, 90 the left side, "
    "-180,180 is all sides.",
)
AVATARS_PITCH = flags.DEFINE_list(
    "avatars_pitch", ["-3", "20"], "LOW,HIGH: degrees over the horizon."
)
AVATARS_DISTANCE = flags.DEFINE_list(
    "avatars_distance", ["3.5", "7"], "LOW,HIGH: metres from the person."
)
AVATARS_BACKGROUNDS = flags.DEFINE_string(
    "avatars_backgrounds",
    None,
    "Folder of photos to render people before; None: drawn rooms.",
)

AVATARS_MOTIONS = flags.DEFINE_string(
    "avatars_motions",
    None,
    "Folder of CMU's motion capture, BVH files that begin with a T-pose, to "
    "move people by beside the fetched motions.",
)
AVATARS_PROCESSES = flags.DEFINE_integer(
    "avatars_processes",
    None,
    "Processes that render; at most and, for None, one a core of the machine. "
    "The data are the same however many.",
    lower_bound=1,
)

# What only avatars have.
CAMERAS = (AVATARS_YAW, AVATARS_PITCH, AVATARS_DISTANCE)
OF_AVATARS = (
    *CAMERAS,
    AVATARS_BACKGROUNDS,
    AVATARS_MOTIONS,
    AVATARS_PROCESSES,
)

# What only a user's own data have.
RANGES = (
    PRIOR_YAW,
    PRIOR_PITCH,
    PRIOR_ROLL,
    PRIOR_DISTANCE,
    PRIOR_SCALE,
    PRIOR_CENTRE_X,
    PRIOR_CENTRE_Y,
)
OF_VIDEO = (
    FRAMES,
    POSES,
    BOXES,
    TEST_FRAMES,
    TEST_LABELS,
    PRIOR_CAMERAS,
    *RANGES,
)

# What those have that can be labelled where they are trained on.
OF_LABELLED = (LABELLED,)

# What only datasets have that others own, and of them one only.
OF_IMPORTED = (SOURCE, PRIOR, PRIOR_SOURCE)
OF_SIMPLE_H36M = (MASK,)
OF_W300 = (FACE_CROP,)
