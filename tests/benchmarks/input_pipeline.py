"""Pairs per second of the input pipeline alone.

bazel run -c opt //tests/benchmarks:input_pipeline -- --data_dir=DIR
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import time

from absl import flags

from flags import data_flags
from flags import dataset_flags
from flags import training_flags
from tf_landmarks.data import pipelines
from tf_landmarks.data import records

SECONDS = flags.DEFINE_integer("seconds", 20, "How long to read.")


def main() -> None:
    """Prints one line."""
    data_dir = data_flags.DATA_DIR.value
    info = records.read_info(data_dir)
    batches = iter(
        pipelines.training_pairs(
            data_dir,
            info,
            training_flags.BATCH_SIZE.value,
            dataset_flags.SEED.value,
            training_flags.PAIR_WINDOW.value,
            tps=training_flags.TPS.value,
            eta_tps=training_flags.ETA_TPS.value,
            augment=training_flags.AUGMENT.value,
        )
    )
    next(batches)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS.value:
        next(batches)
        count += training_flags.BATCH_SIZE.value
    rate = count / (time.perf_counter() - start)
    print(f"{info.image_size} px: {rate:.0f} pairs/s")


if __name__ == "__main__":
    command_line.run(main)
