"""Where prepared data are."""

from absl import flags

DATA_DIR = flags.DEFINE_string(
    "data_dir", None, "Folder of the prepared data; prepare makes it."
)
