"""An exported detector called in this process, without a server."""

import pathlib

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving import messages
from serving.local import versions
from tests.benchmarks import windows
from tf_landmarks import errors
from tf_landmarks.exporting import warmup

_SIGNATURE = "serving_default"


class SavedModel:
    """The newest version in a folder of versions.

    Attributes:
      frames: uint8 [B, H, W, 3], the largest of its warm-up requests.
      image_size: side in pixels of what the network sees.
    """

    def __init__(self, base_path: str | pathlib.Path):
        """Loads it.

        Raises:
          errors.UserError: the folder has no version.
        """
        folder = pathlib.Path(base_path)
        found = versions.find(folder) if folder.is_dir() else {}
        if not found:
            raise errors.UserError(
                f"{base_path}: no version of a model is there; make one with "
                "`bazel run //tf_landmarks:export`"
            )
        path = found[max(found)]
        self.frames = _frames(path)
        # Kept: a signature's variables live as long as what was loaded.
        self._loaded = tf.saved_model.load(str(path))
        self._detect = self._loaded.signatures[_SIGNATURE]
        facts = self._loaded.signatures["landmarks"](index=tf.constant([0]))
        self.image_size = int(facts["image_size"][0])

    def detect(self, images: np.ndarray) -> np.ndarray:
        """Pictures uint8 [B, H, W, 3] -> keypoints [B, K, 2] in pixels."""
        outputs = self._detect(images=tf.constant(images))
        return {name: value.numpy() for name, value in outputs.items()}[
            "keypoints"
        ]

    def requests(self, name: str) -> list[bytes]:
        """A request of a server for each frame.

        Args:
          name: of the model there.
        """
        model = messages.Model(name)
        return [
            messages.images_request(
                model, frame[np.newaxis]
            ).SerializeToString()
            for frame in self.frames
        ]

    def measure(self, batch_size: int, seconds: float) -> windows.Window:
        """Detects without a pause in batches of one size."""
        return windows.measure(self.detect, self.frames, batch_size, seconds)


def _frames(path: pathlib.Path) -> np.ndarray:
    largest = np.zeros([0])
    for record in tf.data.TFRecordDataset(str(path / warmup.FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        if request.model_spec.signature_name == _SIGNATURE:
            images = tf.make_ndarray(request.inputs["images"])
            largest = max(largest, images, key=len)
    return largest
