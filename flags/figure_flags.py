"""Flags of drawing the paper's figures."""

from absl import flags

FIGURE = flags.DEFINE_integer("figure", None, "Number of the paper's figure.")
OTHER_WORKDIR = flags.DEFINE_multi_string(
    "other_workdir",
    [],
    "Folder of a run to set beside --workdir in figure 2; may be given "
    "several times.",
)
COUNT = flags.DEFINE_integer(
    "count",
    None,
    "Frames to show: the rows of a figure, of 11 to 14 the predictions. None: "
    "as many as suit the figure.",
    lower_bound=1,
)
PROBE_STEPS = flags.DEFINE_integer(
    "probe_steps",
    500,
    "Updates of each probe of figure 2, in batches of 16.",
    lower_bound=1,
)
