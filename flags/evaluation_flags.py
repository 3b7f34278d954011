"""Flags of evaluating a run."""

from absl import flags

SPLIT = flags.DEFINE_string(
    "split", "test", "Split of the data to evaluate on."
)
PROTOCOL = flags.DEFINE_enum(
    "protocol",
    None,
    ["human36m", "human36m_martinez", "simple_human36m", "w300"],
    "Score as the paper does: human36m is table 1 (pixels, 17 joints; "
    "human36m_martinez: the 17 that others score), simple_human36m table 2 "
    "(percent of the image, 32 joints), w300 table 3 (faces).",
)
REGRESSOR_RIDGE = flags.DEFINE_float(
    "regressor_ridge",
    0.0,
    "--protocol=w300: weight of the linear regressor's squares.",
    lower_bound=0.0,
)
REGRESSOR_INTERCEPT = flags.DEFINE_bool(
    "regressor_intercept",
    False,
    "--protocol=w300: whether the linear regressor has an intercept.",
)
