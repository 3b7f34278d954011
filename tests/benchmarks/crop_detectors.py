"""Exports of any format as functions: crops in, keypoints out."""

import pathlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import onnxruntime
import tensorflow as tf

from tests import openvino_runtime
from tests.benchmarks import saved_model

# Crops uint8 [B, S, S, 3] -> keypoints [B, K, 2] in their pixels.
Detect = Callable[[np.ndarray], np.ndarray]


class CropDetector(NamedTuple):
    """An export in a runtime.

    Attributes:
      runtime: its name.
      detect: of crops.
      largest_batch: that it takes.
    """

    runtime: str
    detect: Detect
    largest_batch: int


def load(folder: str, threads: int) -> list[CropDetector]:
    """The runtimes of what was exported to a folder.

    Args:
      folder: --out of an export, of any format.
      threads: of each, but for TensorFlow, which has them set once for all.

    Raises:
      errors.UserError: it holds no export, see `saved_model.SavedModel`.
    """
    path = pathlib.Path(folder)
    if (file := path / "model.tflite").exists():
        detect = _tflite(file, threads)
        return [CropDetector("TFLite, XNNPACK", detect, 1)]
    if (file := path / "model.onnx").exists():
        return _of_onnx(file, threads)
    detect = saved_model.SavedModel(folder).detect
    return [CropDetector("TensorFlow", detect, 32)]


def _of_onnx(file: pathlib.Path, threads: int) -> list[CropDetector]:
    return [
        CropDetector("ONNX Runtime", _onnx_runtime(file, threads), 32),
        CropDetector("OpenVINO", _openvino(file, threads, "f32"), 32),
        CropDetector(
            "OpenVINO, bfloat16", _openvino(file, threads, "bf16"), 32
        ),
    ]


def _onnx_runtime(file: pathlib.Path, threads: int) -> Detect:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(file), options, providers=["CPUExecutionProvider"]
    )

    def detect(crops):
        images = crops.astype(np.float32)
        return session.run(["keypoints"], {"images": images})[0]

    return detect


def _openvino(file: pathlib.Path, threads: int, precision: str) -> Detect:
    detect = openvino_runtime.load(file, precision, threads)
    return lambda crops: detect(crops.astype(np.float32))


def _tflite(file: pathlib.Path, threads: int) -> Detect:
    run = tf.lite.Interpreter(
        str(file), num_threads=threads
    ).get_signature_runner()
    return lambda crops: run(images=crops.astype(np.float32))["keypoints"]
