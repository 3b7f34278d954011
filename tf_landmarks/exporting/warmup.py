"""Requests that TF-Serving answers before it says that a version is there.

The first request of each size of batch would else wait for memory to be laid
out, kernels to be chosen and, with XLA, code to be made.
"""

import itertools
import pathlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from tf_landmarks import errors

FILE = "assets.extra/tf_serving_warmup_requests"

# Up to the max_batch_size of serving/batching_parameters.txt.
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
    small = [_smaller(frame) for frame in frames]
    with tf.io.TFRecordWriter(str(path)) as writer:
        for count in BATCH_SIZES:
            inputs = _inputs(small, count)
            for signature in signatures:
                log = prediction_log_pb2.PredictionLog()
                request = log.predict_log.request
                request.model_spec.signature_name = signature
                for name, value in inputs[signature].items():
                    request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
                writer.write(log.SerializeToString())


def check(
    version: pathlib.Path, signatures: Mapping[str, Callable], what: str
) -> None:
    """Answers each request of the file, as a server does that loads it.

    Args:
      version: folder of the SavedModel.
      signatures: of it, loaded.
      what: it is, for the message.

    Raises:
      errors.UserError: one cannot be answered.
    """
    for record in tf.data.TFRecordDataset(str(version / FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        name = request.model_spec.signature_name
        inputs = {
            key: tf.constant(tf.make_ndarray(proto))
            for key, proto in request.inputs.items()
        }
        try:
            signatures[name](**inputs)
        except tf.errors.OpError as error:
            raise errors.UserError(
                f"{what}: its signature {name} does not answer its own warm-up "
                f"requests ({error.message.splitlines()[0]}); nothing was "
                "exported"
            ) from error


def _inputs(
    frames: Sequence[np.ndarray], count: int
) -> dict[str, dict[str, np.ndarray]]:
    """By signature: `count` of each input."""
    alike = [frame for frame in frames if frame.shape == frames[0].shape]
    images = {"images": np.stack(_repeated(alike, count))}
    pictures = [
        tf.io.encode_png(frame).numpy() for frame in _repeated(frames, count)
    ]
    files = np.array(pictures, object)
    return {
        "serving_default": images,
        "skeleton": images,
        "encoded": {"image_bytes": files},
        "transfer": {"image_bytes": files, "appearance_bytes": files[::-1]},
        "landmarks": {"index": np.arange(count, dtype=np.int32)},
    }


def _repeated(frames: Sequence[np.ndarray], count: int) -> list[np.ndarray]:
    return list(itertools.islice(itertools.cycle(frames), count))


def _smaller(frame: np.ndarray) -> np.ndarray:
    step = -(-max(frame.shape[:2]) // _LARGEST_SIDE)
    return np.ascontiguousarray(frame[::step, ::step])
