"""The detector as an ONNX file, for ONNX Runtime, OpenVINO and others."""

import json
import pathlib
from collections.abc import Mapping

import onnx
import onnxruntime
import tf2onnx

from tf_landmarks.exporting import comparison
from tf_landmarks.exporting import crop_module

_OPSET = 17


def write(
    module: crop_module.CropModule, path: pathlib.Path, about: Mapping
) -> None:
    """Writes the detector of batches of any size.

    Args:
      module: of crops.
      path: of the file.
      about: plain values, kept in the file's metadata as JSON, by key.
    """
    detect = module.concrete(batch_size=None)
    graph, _ = tf2onnx.convert.from_function(
        module.detect,
        input_signature=detect.structured_input_signature[0],
        opset=_OPSET,
    )
    onnx.helper.set_model_props(
        graph, {key: json.dumps(value) for key, value in about.items()}
    )
    onnx.save(graph, str(path))


def load(path: pathlib.Path) -> comparison.Run:
    """The file's keypoints and confidences of crops, by ONNX Runtime."""
    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    outputs = ["keypoints", "confidence"]
    return lambda crops: tuple(session.run(outputs, {"images": crops}))
