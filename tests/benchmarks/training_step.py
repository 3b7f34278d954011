"""Seconds and GFLOP/s of a stage-2 update, against the machine's peak.

bazel run -c opt //tests/benchmarks:training_step -- --image_size=128 \
    --width=32 --perceptual=vgg19 --mixed_precision

The batch is made once and stays in memory: the input pipeline has a
benchmark of its own. VGG-19 has random weights, which take as long.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import tensorflow as tf
from absl import flags
from tensorflow import keras

from tests.benchmarks import measuring
from tf_landmarks import skeletons
from tf_landmarks.models import architecture
from tf_landmarks.models import perceptual
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import objectives

IMAGE_SIZE = flags.DEFINE_integer("image_size", 128, "H = W in pixels.")
WIDTH = flags.DEFINE_integer("width", 32, "Channels at full resolution.")
BATCH_SIZE = flags.DEFINE_integer("batch_size", 16, "Pairs an update.")
PERCEPTUAL = flags.DEFINE_enum(
    "perceptual", "vgg19", ["vgg19", "squeezenet"], "Its network."
)
MIXED_PRECISION = flags.DEFINE_bool(
    "mixed_precision", False, "Compute in bfloat16."
)
REPEATS = flags.DEFINE_integer("repeats", 7, "Counted updates.")


def main() -> None:
    """Prints one line."""
    if MIXED_PRECISION.value:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    size, batch_size = IMAGE_SIZE.value, BATCH_SIZE.value
    arch = architecture.Architecture(skeletons.HUMAN36M, size, WIDTH.value)
    network = (
        perceptual.squeezenet(size)
        if PERCEPTUAL.value == "squeezenet"
        else perceptual.Vgg19(weights=None)
    )
    model = landmark_gan.LandmarkGAN(arch, network, objectives.Objective())
    x = tf.random.uniform([batch_size, size, size, 3], -1, 1)
    p_bar = tf.random.uniform(
        [batch_size, arch.skeleton.num_landmarks, 2], -0.8, 0.8
    )
    batch = {
        "x": x,
        "x_prime": tf.reverse(x, [0]),
        "p_bar": p_bar,
        "p_bar_eta": tf.reverse(p_bar, [0]),
    }
    step = tf.function(lambda: model.train_step(batch)["perceptual"])
    seconds = measuring.median_seconds(step, REPEATS.value)
    work = measuring.gflop(step.get_concrete_function())
    limit = measuring.matrix_product_gflops(
        tf.bfloat16 if MIXED_PRECISION.value else tf.float32
    )
    print(
        f"{size} px, width {WIDTH.value}, batch {batch_size}, "
        f"{PERCEPTUAL.value}, "
        f"{'bfloat16' if MIXED_PRECISION.value else 'float32'}: "
        f"{seconds:.3f} s an update, {work:.0f} GFLOP, "
        f"{work / seconds:.0f} GFLOP/s of a peak of {limit:.0f}"
    )


if __name__ == "__main__":
    command_line.run(main)
