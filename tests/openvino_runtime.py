"""OpenVINO without its telemetry.

That sends a message over the network when OpenVINO is imported, from a process
that it forks; in a process that has threads by then, both may hang.
"""

import pathlib
import sys
from collections.abc import Callable

import numpy as np

sys.modules["openvino_telemetry"] = None  # OpenVINO takes it as absent

# isort: split
import openvino  # noqa: E402


def load(
    file: pathlib.Path, precision: str, threads: int = 0
) -> Callable[[np.ndarray], np.ndarray]:
    """An ONNX file's keypoints of crops float32 [B, S, S, 3].

    Args:
      file: that was exported.
      precision: to compute in, "f32" or "bf16".
      threads: 0: its own choice.
    """
    compiled = openvino.compile_model(
        str(file),
        "CPU",
        {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": precision,
            "PERFORMANCE_HINT": "LATENCY",
        },
    )
    return lambda crops: compiled({"images": crops})["keypoints"]
