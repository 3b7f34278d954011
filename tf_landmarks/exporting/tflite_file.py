"""The detector as a TensorFlow Lite file, for phones and small boards."""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tf_landmarks.exporting import comparison
from tf_landmarks.exporting import crop_module
from tf_landmarks.exporting import pictures


def write(
    module: crop_module.CropModule,
    weights: tf.Module,
    path: pathlib.Path,
    dtype: str,
    frames: Sequence[np.ndarray],
) -> None:
    """Writes the detector of one crop at a time.

    Args:
      module: of crops.
      weights: of its networks.
      path: of the file.
      dtype: "float16", of the weights, or "int8", of weights and arithmetic;
        input and output stay float32.
      frames: uint8 [H, W, 3] each; int8 takes the ranges of values from them.
    """
    detect = module.concrete(batch_size=1)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [detect], weights
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if dtype == "float16":
        converter.target_spec.supported_types = [tf.float16]
    else:
        converter.representative_dataset = lambda: _crops(frames, module.size)
    path.write_bytes(converter.convert())


def _crops(
    frames: Sequence[np.ndarray], size: int
) -> Iterator[dict[str, tf.Tensor]]:
    for frame in frames:
        x, _ = pictures.crop(frame[np.newaxis], size)
        yield [(x + 1) * 127.5]


def load(path: pathlib.Path) -> comparison.Run:
    """What the file finds in one crop, by TensorFlow Lite's interpreter."""
    interpreter = tf.lite.Interpreter(str(path))
    run = interpreter.get_signature_runner()

    def run_crop(crop):
        found = run(images=crop)
        return found["keypoints"], found["confidence"]

    return run_crop
