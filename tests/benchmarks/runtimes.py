"""The exports of one detector in the runtimes that a CPU can run them in.

bazel run -c opt //tests/benchmarks:runtimes -- \
    --models=FLOAT32,BFLOAT16,ONNX,TFLITE_FLOAT16,TFLITE_INT8

Each is the folder of an export; the first, a SavedModel of float32, is what
the others' keypoints are compared with. All get the same crops, uint8, of the
detector's own size. A SavedModel has cropping inside, and does it once more;
what the others have before the network is the conversion to float32.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import pathlib

import numpy as np
import tabulate
import tensorflow as tf
import tqdm
from absl import flags

from tests.benchmarks import crop_detectors
from tests.benchmarks import saved_model
from tests.benchmarks import windows
from tf_landmarks.data import preprocessing
from tf_landmarks.exporting import pictures

MODELS = flags.DEFINE_list(
    "models", None, "Folders of exports, float32 first.", required=True
)
THREADS = flags.DEFINE_integer("threads", 2, "Of each runtime.")
ROUNDS = flags.DEFINE_integer("rounds", 3, "Of all runtimes in turn.")
SECONDS = flags.DEFINE_float("seconds", 3, "Of each window.")

_BATCH_SIZES = (1, 32)


def main() -> None:
    """Prints a table."""
    tf.config.threading.set_intra_op_parallelism_threads(THREADS.value)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS.value)
    crops = _crops(saved_model.SavedModel(MODELS.value[0]))
    detectors = [
        (f"{pathlib.Path(folder).name}: {detector.runtime}", detector)
        for folder in MODELS.value
        for detector in crop_detectors.load(folder, THREADS.value)
    ]
    found = {}
    for _ in tqdm.trange(ROUNDS.value, desc="rounds"):
        for name, detector in detectors:
            for size in _BATCH_SIZES:
                if size <= detector.largest_batch:
                    window = windows.measure(
                        detector.detect, crops, size, SECONDS.value
                    )
                    found.setdefault((name, size), []).append(window)
    expected = _keypoints(detectors[0][1], crops)
    rows = []
    for name, detector in detectors:
        distances = np.linalg.norm(
            _keypoints(detector, crops) - expected, axis=-1
        )
        percent = 100 * distances.max() / crops.shape[1]
        times = [_milliseconds(found.get((name, n), [])) for n in _BATCH_SIZES]
        rows.append([name, *times, f"{percent:.3f}"])
    headers = [f"batch {size}, ms" for size in _BATCH_SIZES]
    headers = ["export: runtime", *headers, "largest distance, % of the image"]
    table = tabulate.tabulate(rows, headers, "github", disable_numparse=True)
    print(f"\n{THREADS.value} threads, {len(crops)} crops\n\n{table}")


def _crops(model: saved_model.SavedModel) -> np.ndarray:
    x, _ = pictures.crop(tf.constant(model.frames), model.image_size)
    return preprocessing.as_uint8(x).numpy()


def _keypoints(
    detector: crop_detectors.CropDetector, crops: np.ndarray
) -> np.ndarray:
    """Of all crops, one by one."""
    return np.concatenate([detector.detect(crop[np.newaxis]) for crop in crops])


def _milliseconds(found: list[windows.Window]) -> str:
    if not found:
        return ""
    return f"{windows.joined(found).milliseconds(50):.2f}"


if __name__ == "__main__":
    command_line.run(main)
