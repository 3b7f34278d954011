"""Flags of repeating the paper's tables."""

from absl import flags

TABLE = flags.DEFINE_enum(
    "table", None, ["1", "2", "3", "4", "5"], "Which table of the paper."
)
SCALE = flags.DEFINE_enum(
    "scale",
    "paper",
    ["paper", "small"],
    "paper: the paper's datasets, which you must have, and updates; small: "
    "rendered people, for two CPU cores (tables 1, 4 and 5).",
)
SOURCES = flags.DEFINE_list(
    "sources",
    [],
    "Folders of the datasets that you have, as their owners deliver them: "
    "h36m=DIR,voxceleb=DIR2.",
)
