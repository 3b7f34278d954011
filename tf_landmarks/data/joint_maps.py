"""Which landmarks of a prior's dataset the images' dataset has too.

One table for each pair: the name in the prior's skeleton by the name in the
images'. What stands in no table cannot be scored.
"""

from collections.abc import Mapping

from tf_landmarks import errors
from tf_landmarks import skeletons

# The 17 joints of table 1. What Human3.6M calls thorax is half-way up the
# spine, and its neck is where the collar bones meet, as in MPI-INF-3DHP.
_HUMAN36M_TO_3DHP = {
    "pelvis": "pelvis",
    "right_hip": "right_hip",
    "right_knee": "right_knee",
    "right_ankle": "right_ankle",
    "left_hip": "left_hip",
    "left_knee": "left_knee",
    "left_ankle": "left_ankle",
    "thorax": "spine",
    "neck": "neck",
    "head_center": "head",
    "head_back": "head_top",
    "left_shoulder": "left_shoulder",
    "left_elbow": "left_elbow",
    "left_wrist": "left_wrist",
    "right_shoulder": "right_shoulder",
    "right_elbow": "right_elbow",
    "right_wrist": "right_wrist",
}
_SAME_FACE = {name: name for name in skeletons.IBUG_68.landmarks}

# By (dataset of the images, dataset of the prior).
_TABLES = {
    ("h36m", "mpi_inf_3dhp"): _HUMAN36M_TO_3DHP,
    ("simple_h36m", "mpi_inf_3dhp"): _HUMAN36M_TO_3DHP,
    ("voxceleb", "multipie"): _SAME_FACE,
    ("w300", "multipie"): _SAME_FACE,
}


def find(images: str, prior: str) -> Mapping[str, str]:
    """The table of a pair of datasets.

    Raises:
      errors.UserError: there is none.
    """
    if (images, prior) not in _TABLES:
        fitting = [b for a, b in _TABLES if a == images]
        raise errors.UserError(
            f"--prior={prior} does not fit --dataset={images}: no table says "
            "which landmarks are the same; "
            + (f"choose {' or '.join(fitting)}" if fitting else "drop it")
        )
    return _TABLES[images, prior]
