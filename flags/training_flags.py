"""Flags of a training run."""

from absl import flags

STAGE = flags.DEFINE_enum(
    "stage",
    "all",
    ["all", "skeleton", "landmarks"],
    "Stage 1 trains eta, stage 2 the rest (sec. 4).",
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
CONSISTENCY_WEIGHT = flags.DEFINE_float(
    "consistency_weight",
    0.0,
    "Of y = beta(eta(y)) in phi's objective; an option of the released code.",
)
FINETUNE_ETA = flags.DEFINE_bool(
    "finetune_eta",
    True,
    "Go on with eta in stage 2, as released; false: frozen, sec. 4.",
)
POOL_SIZE = flags.DEFINE_integer(
    "pool_size",
    50,
    "Generated skeleton images that d_y may see again, as released; 0: none, "
    "as in the paper's text.",
)
MIXED_PRECISION = flags.DEFINE_bool(
    "mixed_precision",
    False,
    "Compute in bfloat16, keep weights and losses in float32.",
)
CHECKPOINT_EVERY = flags.DEFINE_integer(
    "checkpoint_every", 5_000, "Updates from a checkpoint to the next."
)
KEEP = flags.DEFINE_integer(
    "keep", 3, "Newest checkpoints kept, beside the best.", lower_bound=1
)
LOG_EVERY = flags.DEFINE_integer(
    "log_every", 50, "Updates that a logged loss is the mean of.", lower_bound=1
)
IMAGE_EVERY = flags.DEFINE_integer(
    "image_every", 1_000, "Updates from a picture of fig. 4 to the next."
)
PROFILE_STEPS = flags.DEFINE_list(
    "profile_steps",
    [],
    "First and last update to trace for TensorBoard's profile plugin: 100,110.",
)

# What a run keeps from its first update to its last.
OF_BOTH_STAGES = (BATCH_SIZE, LEARNING_RATE, MIXED_PRECISION)
OF_STAGE_2 = (
    DECAY_SHARE,
    PERCEPTUAL,
    PERCEPTUAL_WEIGHTS,
    PERCEPTUAL_RELU,
    PERCEPTUAL_WEIGHT,
    ADVERSARIAL_WEIGHT,
    CONSISTENCY_WEIGHT,
    FINETUNE_ETA,
    POOL_SIZE,
)
