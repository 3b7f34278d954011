"""Requests that TF-Serving answers before it says that a version is there.

The first request of each size of batch would else wait for memory to be laid
out, kernels to be chosen and, with XLA, code to be made.
"""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2

FILE = "assets.extra/tf_serving_warmup_requests"

# Those that serving/batching_parameters.txt allows.
BATCH_SIZES = (1, 8, 32)

_LARGEST_SIDE = 256  # of frames in requests; larger ones need no other code


def write(
    version: pathlib.Path,
    signatures: Sequence[str],
    frames: Sequence[np.ndarray],
) -> None:
    """Writes real requests of each size of batch for each signature.

    Args:
      version: folder of the SavedModel.
      signatures: that it has.
      frames: uint8 [H, W, 3] each; repeated where a batch takes more.
    """
    path = version / FILE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature in signatures:
            for inputs in requests(signature, frames):
                request = predict_pb2.PredictRequest()
                request.model_spec.signature_name = signature
                for name, value in inputs.items():
                    request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
                log = prediction_log_pb2.PredictionLog(
                    predict_log=prediction_log_pb2.PredictLog(request=request)
                )
                writer.write(log.SerializeToString())


def requests(
    signature: str, frames: Sequence[np.ndarray]
) -> Iterator[dict[str, np.ndarray]]:
    """Inputs of one signature, a dict for each of `BATCH_SIZES`."""
    small = [_smaller(frame) for frame in frames]
    for count in BATCH_SIZES:
        batch = [small[i % len(small)] for i in range(count)]
        files = np.array([tf.io.encode_png(f).numpy() for f in batch], object)
        alike = [frame for frame in small if frame.shape == small[0].shape]
        yield {
            "serving_default": {"images": _repeated(alike, count)},
            "skeleton": {"images": _repeated(alike, count)},
            "encoded": {"image_bytes": files},
            "transfer": {"image_bytes": files, "appearance_bytes": files[::-1]},
            "landmarks": {"index": np.arange(count, dtype=np.int32)},
        }[signature]


def _repeated(frames: Sequence[np.ndarray], count: int) -> np.ndarray:
    return np.stack([frames[i % len(frames)] for i in range(count)])


def _smaller(frame: np.ndarray) -> np.ndarray:
    step = -(-max(frame.shape[:2]) // _LARGEST_SIDE)
    return np.ascontiguousarray(frame[::step, ::step])
