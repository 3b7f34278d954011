"""Flags of a training run."""

from absl import flags

STAGE = flags.DEFINE_enum(
    "stage",
    "all",
    ["all", "skeleton", "landmarks"],
    "Stage 1 trains eta, stage 2 the rest (sec. 4). What learns from labels "
    "has no stage 1.",
)
METHOD = flags.DEFINE_enum(
    "method",
    "ours",
    [
        "ours",
        "cycle_gan",
        "conditional_cycle_gan",
        "bottleneck_cycle_gan",
        "supervised",
        "hourglass",
    ],
    "What stage 2 trains: our model, or what the paper compares it with: the "
    "rows of table 5, CycleGAN first; phi and eta, or a stacked hourglass, by "
    "the labels of the split `labelled`. See docs/comparison.md.",
)
SKELETON_STEPS = flags.DEFINE_integer(
    "skeleton_steps", 580_000, "Updates of stage 1; released.", lower_bound=1
)
TRAIN_STEPS = flags.DEFINE_integer(
    "train_steps",
    3_000_000,
    "Updates of stage 2; the paper's for people, 300,000 for faces.",
    lower_bound=1,
)
BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 16, "Pairs an update, over all replicas.", lower_bound=1
)
PAIR_WINDOW = flags.DEFINE_integer(
    "pair_window",
    32,
    "How many places x' is from x at most in a training example, which is a "
    "run of some 32 frames: neighbours, or, of the paper's datasets, every "
    "32nd (released: 1,000 frames at most).",
    lower_bound=1,
)
TPS = flags.DEFINE_bool(
    "tps",
    False,
    "Warp x' by random thin-plate splines ([23]; released, but off).",
)
AUGMENT = flags.DEFINE_bool(
    "augment",
    False,
    "Turn, scale, move and mirror pairs of frames and, as far, the prior.",
)
MIRROR = flags.DEFINE_bool(
    "mirror",
    True,
    "Whether --augment mirrors. Where it does, D_y cannot see that what turns "
    "to a side is drawn too far to that side.",
)
ETA_TPS = flags.DEFINE_bool(
    "eta_tps",
    False,
    "Let eta learn from poses that random thin-plate splines warp, so that it "
    "reads bodies or faces of other proportions; D_y keeps the prior.",
)
LEARNING_RATE = flags.DEFINE_float("learning_rate", 2e-4, "Of Adam, sec. 4.")
DECAY_SHARE = flags.DEFINE_float(
    "decay_share",
    0.0,
    "Share of stage 2, at its end, over which the rate falls to zero, as in "
    "CycleGAN [79]; released: 0. With it --train_steps is the run's for good.",
    lower_bound=0.0,
    upper_bound=1.0,
)
PERCEPTUAL = flags.DEFINE_enum(
    "perceptual",
    "squeezenet",
    ["squeezenet", "vgg19"],
    "The ImageNet network of the perceptual loss; released: vgg19.",
)
PERCEPTUAL_WEIGHTS = flags.DEFINE_string(
    "perceptual_weights",
    "imagenet",
    "Keras weights file of VGG-19 without its top; imagenet: Keras' download.",
)
PERCEPTUAL_RELU = flags.DEFINE_bool(
    "perceptual_relu", False, "ReLUs in VGG-19; released: none."
)
PERCEPTUAL_WEIGHT = flags.DEFINE_float(
    "perceptual_weight", 10.0, "Of the perceptual loss; 1 in eq. 6."
)
ADVERSARIAL_WEIGHT = flags.DEFINE_float(
    "adversarial_weight", 10.0, "Lambda of eq. 6."
)
ADVERSARIAL_Y_STAR_WEIGHT = flags.DEFINE_float(
    "adversarial_y_star_weight",
    0.0,
    "Of D_y against y* = beta(eta(phi(x))), which has the prior's lines, so "
    "that D_y must tell poses apart; not in the paper. 0: D_y sees y alone.",
    lower_bound=0.0,
)
ADVERSARIAL_Y_STAR_FROM = flags.DEFINE_integer(
    "adversarial_y_star_from",
    0,
    "Update of stage 2 from which D_y judges y*, when phi has found the "
    "object.",
    lower_bound=0,
)
CONSISTENCY_WEIGHT = flags.DEFINE_float(
    "consistency_weight",
    0.0,
    "Of y = beta(eta(y)) in phi's objective; an option of the released code.",
)
SECOND_CYCLE_WEIGHT = flags.DEFINE_float(
    "second_cycle_weight",
    10.0,
    "Of phi(psi(y_bar)) = y_bar, with a --method that has the second cycle; "
    "CycleGAN's.",
)
ADVERSARIAL_X_WEIGHT = flags.DEFINE_float(
    "adversarial_x_weight",
    10.0,
    "Of d_x against psi(y_bar), with the same; as on skeletons.",
)
DISCRIMINATOR_WEIGHT = flags.DEFINE_float(
    "discriminator_weight",
    0.5,
    "Of the discriminators' own losses, halved as released; 1 in eq. 5.",
)
FINETUNE_ETA = flags.DEFINE_bool(
    "finetune_eta",
    True,
    "Go on with eta in stage 2, as released; false: frozen, sec. 4.",
)
ETA_POINTS_WEIGHT = flags.DEFINE_float(
    "eta_points_weight",
    0.9,
    "Of eta(beta(p_bar)) = p_bar in stage 2; released.",
)
ETA_IMAGE_WEIGHT = flags.DEFINE_float(
    "eta_image_weight", 0.1, "Of beta(eta(y)) = y in stage 2; released."
)
POOL_SIZE = flags.DEFINE_integer(
    "pool_size",
    50,
    "Generated images that a discriminator may see again, as released; 0: "
    "none, as in the paper's text.",
)
D_Y_NOISE = flags.DEFINE_float(
    "d_y_noise",
    0.0,
    "Standard deviation of noise on what D_y sees, of images in [0, 1]; it "
    "falls to 0 over stage 2. 0 as released.",
    lower_bound=0.0,
)
MIXED_PRECISION = flags.DEFINE_bool(
    "mixed_precision",
    False,
    "Compute in bfloat16, where the hardware has instructions for it; eta, the "
    "losses and all weights stay float32.",
)
EMA_MOMENTUM = flags.DEFINE_float(
    "ema_momentum",
    0.0,
    "Of running means of the weights of phi, psi and eta (or the hourglass), "
    "which are then what is evaluated and used, and in stage 1 of eta's, with "
    "which stage 2 begins: 0.998 is a mean over some 500 updates. 0: the "
    "weights themselves, as released.",
    lower_bound=0.0,
    upper_bound=1.0,
)
CHECKPOINT_EVERY = flags.DEFINE_integer(
    "checkpoint_every",
    5_000,
    "Updates from a checkpoint to the next.",
    lower_bound=1,
)
KEEP = flags.DEFINE_integer(
    "keep", 3, "Newest checkpoints kept, beside the best.", lower_bound=1
)
LOG_EVERY = flags.DEFINE_integer(
    "log_every",
    50,
    "Updates that a logged loss is the mean of; stage 1's rate falls when 20 "
    "such means have brought nothing.",
    lower_bound=1,
)
IMAGE_EVERY = flags.DEFINE_integer(
    "image_every",
    1_000,
    "Updates from a picture of fig. 4 to the next.",
    lower_bound=1,
)
PROFILE_STEPS = flags.DEFINE_list(
    "profile_steps",
    [],
    "First and last update to trace for TensorBoard's profile plugin: 100,110.",
)

# By the labels of frames, without stage 1.
WITH_LABELS = ("supervised", "hourglass")

# What a run keeps from its first update to its last.
OF_BOTH_STAGES = (
    AUGMENT,
    BATCH_SIZE,
    ETA_TPS,
    LEARNING_RATE,
    MIRROR,
    MIXED_PRECISION,
)
OF_STAGE_1 = (EMA_MOMENTUM, LOG_EVERY)
OF_STAGE_2 = (
    METHOD,
    PAIR_WINDOW,
    TPS,
    DECAY_SHARE,
    EMA_MOMENTUM,
    PERCEPTUAL,
    PERCEPTUAL_WEIGHTS,
    PERCEPTUAL_RELU,
    PERCEPTUAL_WEIGHT,
    ADVERSARIAL_WEIGHT,
    ADVERSARIAL_Y_STAR_WEIGHT,
    ADVERSARIAL_Y_STAR_FROM,
    CONSISTENCY_WEIGHT,
    SECOND_CYCLE_WEIGHT,
    ADVERSARIAL_X_WEIGHT,
    DISCRIMINATOR_WEIGHT,
    FINETUNE_ETA,
    ETA_POINTS_WEIGHT,
    ETA_IMAGE_WEIGHT,
    POOL_SIZE,
    D_Y_NOISE,
)
