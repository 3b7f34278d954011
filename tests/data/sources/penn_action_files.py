"""A small copy of Penn Action, made for tests."""

import pathlib

import numpy as np
import scipy.io
from PIL import Image

from tf_landmarks.data.sources import penn_action_labels

WIDTH, HEIGHT = 64, 48


def joints(frame: int) -> np.ndarray:
    """[13, 2], counted from 1 as in MATLAB."""
    return np.stack([20.0 + np.arange(13), 10.0 + frame + np.arange(13)], -1)


def write_video(
    root: pathlib.Path, name: str, action: str, train: int, count=2, **changes
) -> None:
    """Writes `frames/NAME` and `labels/NAME.mat`.

    Args:
      root: of the copy.
      name: of the video.
      action: of it.
      train: 1 or -1.
      count: of the frames.
      **changes: of the variables in the labels; None leaves one out.
    """
    frames = root / "frames" / name
    frames.mkdir(parents=True)
    for number in range(count):
        image = np.full((HEIGHT, WIDTH, 3), 40 * number, np.uint8)
        Image.fromarray(image).save(frames / f"{number + 1:06d}.jpg")
    points = np.stack([joints(frame) for frame in range(count)])
    variables = {
        "action": action,
        "pose": "front",
        "x": points[..., 0],
        "y": points[..., 1],
        "visibility": np.ones((count, 13), bool),
        "train": train,
        "bbox": np.tile([11.0, 1.0, 40.0, 40.0], (count, 1)),
        "dimensions": np.array([[HEIGHT, WIDTH, count]], float),
        "nframes": count,
        **changes,
    }
    (root / "labels").mkdir(exist_ok=True)
    scipy.io.savemat(
        root / "labels" / f"{name}.mat",
        {name: v for name, v in variables.items() if v is not None},
    )


def write(root: pathlib.Path) -> None:
    """Of each action three training videos and a test video.

    They are numbered action by action: 0001 to 0004 are `ACTIONS[0]`.
    """
    number = 0
    for action in penn_action_labels.ACTIONS:
        for train in (1, 1, 1, -1):
            number += 1
            write_video(root, f"{number:04d}", action, train)
