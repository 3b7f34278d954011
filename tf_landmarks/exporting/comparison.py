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

# Frames uint8 [1, H, W, 3] -> keypoints [1, K, 2] in pixels of them, and
# confidence [1, K].
Run = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def of_crops(run: Run, size: int) -> Run:
    """Puts cropping around what takes crops.

    Args:
      run: of crops, float32 [1, S, S, 3] from 0 to 255, in pixels of them.
      size: S.
    """

    def run_frames(frames):
        x, box = pictures.crop(frames, size)
        keypoints, confidence = run((x.numpy() + 1) * 127.5)
        normalized = keypoints * (2 / (size - 1)) - 1
        return pictures.to_pixels(normalized, box, size).numpy(), confidence

    return run_frames


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
      errors.UserError: it is above `TOLERANCE`, or a keypoint or a confidence
        is no number.
    """
    size = networks.arch.image_size
    largest = 0.0
    for frame in tqdm.tqdm(frames, "compare", unit="frame", mininterval=1.0):
        images = frame[np.newaxis]
        x, box = pictures.crop(images, size)
        expected = pictures.to_pixels(networks.trained(x).keypoints, box, size)
        keypoints, confidence = run(images)
        if not (np.isfinite(keypoints).all() and np.isfinite(confidence).all()):
            raise errors.UserError(
                f"{what} finds keypoints that are no numbers in {dtype}; "
                "choose another --dtype"
            )
        distances = np.linalg.norm(keypoints - expected, axis=-1)
        largest = max(largest, float(100 * distances.max() / box[2]))
    if largest > TOLERANCE[dtype]:
        raise errors.UserError(
            f"{what} moves keypoints by up to {largest:.2f}% of the image, and "
            f"{TOLERANCE[dtype]}% are allowed for {dtype}; choose another "
            "--dtype"
        )
    return largest
