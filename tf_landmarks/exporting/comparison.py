"""How far an export is from what was trained, on real frames."""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import tqdm

from tf_landmarks import errors
from tf_landmarks.exporting import networks as exported_networks
from tf_landmarks.exporting import pictures

# Largest distance that a keypoint may move by, in percent of the image's side:
# what rounding does to a keypoint is a share of a cell of the heatmap.
TOLERANCE = {"float32": 0.05, "float16": 0.5, "bfloat16": 2.0, "int8": 5.0}

# A frame uint8 [H, W, 3] -> keypoints [K, 2] in its pixels.
Run = Callable[[np.ndarray], np.ndarray]


def of_crops(run: Callable[[np.ndarray], np.ndarray], size: int) -> Run:
    """Puts cropping around what takes crops.

    Args:
      run: float32 [1, S, S, 3] from 0 to 255 -> keypoints [1, K, 2] in pixels
        of the crop.
      size: S.
    """

    def run_frame(frame):
        x, box = pictures.crop(frame[np.newaxis], size)
        keypoints = run((x.numpy() + 1) * 127.5)
        normalized = keypoints * (2 / (size - 1)) - 1
        return pictures.to_pixels(normalized, box, size).numpy()[0]

    return run_frame


def check(
    run: Run,
    networks: exported_networks.Networks,
    frames: Sequence[np.ndarray],
    dtype: str,
    what: str,
) -> float:
    """Compares an export with the trained networks, frame by frame.

    Args:
      run: the export.
      networks: that it was made of.
      frames: uint8 [H, W, 3] each.
      dtype: of the export.
      what: was exported, for messages.

    Returns:
      The largest distance between two places of a keypoint, in percent of the
      side of the image that the network sees.

    Raises:
      errors.UserError: it is above `TOLERANCE`.
    """
    size = networks.arch.image_size
    largest = 0.0
    for frame in tqdm.tqdm(frames, "compare", unit="frame", mininterval=1.0):
        x, box = pictures.crop(frame[np.newaxis], size)
        expected = pictures.to_pixels(networks.trained(x).keypoints, box, size)
        distances = np.linalg.norm(run(frame) - expected.numpy()[0], axis=-1)
        largest = max(largest, float(100 * distances.max() / box[2]))
    if not largest <= TOLERANCE[dtype]:  # nor NaN
        raise errors.UserError(
            f"{what} moves keypoints by up to {largest:.2f}% of the image, and "
            f"{TOLERANCE[dtype]}% are allowed for {dtype}; choose another "
            "--dtype"
        )
    return largest
