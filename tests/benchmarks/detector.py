"""Milliseconds of the detector, η after Φ, against the machine's peak.

bazel run -c opt //tests/benchmarks:detector -- --image_size=128 --width=32
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import tensorflow as tf
from absl import flags
from tensorflow import keras

from tests.benchmarks import measuring
from tf_landmarks import skeletons
from tf_landmarks.models import architecture
from tf_landmarks.models import landmark_detector

IMAGE_SIZE = flags.DEFINE_integer("image_size", 128, "H = W in pixels.")
WIDTH = flags.DEFINE_integer("width", 32, "Channels at full resolution.")
MIXED_PRECISION = flags.DEFINE_bool(
    "mixed_precision", False, "Compute in bfloat16."
)


def main() -> None:
    """Prints a line a batch size."""
    if MIXED_PRECISION.value:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    size = IMAGE_SIZE.value
    detector = landmark_detector.LandmarkDetector(
        architecture.Architecture(skeletons.HUMAN36M, size, WIDTH.value)
    )
    limit = measuring.matrix_product_gflops(
        tf.bfloat16 if MIXED_PRECISION.value else tf.float32
    )
    for batch_size in (1, 32):
        x = tf.random.uniform([batch_size, size, size, 3], -1, 1)
        detect = tf.function(lambda x=x: detector(x).keypoints)
        seconds = measuring.median_seconds(detect, 20)
        # The detector's own graph is for batches of any size: not countable.
        keypoints = tf.function(lambda x=x: detector.eta(detector.phi(x)))
        work = measuring.gflop(keypoints.get_concrete_function())
        print(
            f"batch {batch_size}: {seconds * 1e3:.1f} ms, {work:.1f} GFLOP, "
            f"{work / seconds:.0f} GFLOP/s of a peak of {limit:.0f}"
        )


if __name__ == "__main__":
    command_line.run(main)
