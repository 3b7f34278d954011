"""Flags that make the networks."""

from absl import flags

WIDTH = flags.DEFINE_integer(
    "width",
    32,
    "Channels at full resolution of phi, psi and eta (figs. 17 to 19). 16 "
    "suits a laptop. An hourglass has eight times as many.",
    lower_bound=1,
)
D_Y_WIDTH = flags.DEFINE_integer(
    "d_y_width",
    0,
    "Channels of d_y's first convolutions, and d_x's. 0: twice --width, as in "
    "fig. 20.",
    lower_bound=0,
)
DRAW = flags.DEFINE_enum(
    "draw",
    "limbs",
    ["limbs", "sides", "points"],
    "What beta draws: the skeleton's edges (eq. 1); those of the left and of "
    "the right in channels of their own, so that front and back differ; or its "
    "landmarks as blobs (eq. 2), for objects without limbs such as faces.",
)
GAMMA = flags.DEFINE_float(
    "gamma",
    0.0,
    "How fast beta's brightness falls off, over half an image side (1 / "
    "sigma^2). 0: the equation's own. Points of 2500 are smaller than a pixel "
    "of 64.",
    lower_bound=0.0,
)
LITERAL_RENDERER = flags.DEFINE_bool(
    "literal_renderer",
    False,
    "Eqs. 1 and 2 as printed: squared distances, points summed. Released: "
    "distances, the largest point.",
)
SKIP_CONNECTIONS = flags.DEFINE_bool(
    "skip_connections",
    True,
    "Skip connections in phi: released, but not in fig. 17.",
)
CONCATENATE_SKIPS = flags.DEFINE_bool(
    "concatenate_skips",
    False,
    "Phi of fig. 22, for skeletons of MPI-INF-3DHP: skip connections are "
    "concatenated.",
)
MASK_BY_LIMBS = flags.DEFINE_bool(
    "mask_by_limbs",
    False,
    "Psi of fig. 23, for skeletons of MPI-INF-3DHP: limbs mask the features of "
    "x'.",
)
ETA_INSTANCE_NORM = flags.DEFINE_bool(
    "eta_instance_norm",
    True,
    "Instance norm in eta, as released; false: batch norm, fig. 19.",
)
SEPARABLE_SOFTMAX = flags.DEFINE_bool(
    "separable_softmax",
    True,
    "Eta's expectation axis by axis, as released; false: over the whole "
    "heatmap, sec. 4.",
)
D_Y_NORM_FIRST = flags.DEFINE_bool(
    "d_y_norm_first",
    False,
    "Normalize d_y's first convolution: fig. 20, but not released.",
)
