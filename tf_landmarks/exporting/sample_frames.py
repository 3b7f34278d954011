"""Real frames, to warm a server up with and to compare an export on."""

import pathlib

import numpy as np
import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import images as image_files
from tf_landmarks.data import pipelines
from tf_landmarks.data import preprocessing
from tf_landmarks.data import records
from tf_landmarks.data import videos

COUNT = 32


def of_images(paths: list[pathlib.Path]) -> list[np.ndarray]:
    """Reads at most `COUNT` images, from the first to the last.

    Returns:
      uint8 [H, W, 3] each, of their own sizes.

    Raises:
      errors.UserError: one cannot be read.
    """
    return [image_files.read_image(paths[i]) for i in _spread(len(paths))]


def of_video(path: pathlib.Path) -> list[np.ndarray]:
    """The same of a video's frames.

    Raises:
      errors.UserError: it cannot be read.
    """
    chosen = set(_spread(videos.read_header(path).frames or COUNT))
    frames = enumerate(videos.frames(path))
    return [frame for number, frame in frames if number in chosen]


def of_run(workdir: str) -> list[np.ndarray]:
    """The same of the run's own data: the test split, or without one train.

    Returns:
      uint8 [S, S, 3] each.

    Raises:
      errors.UserError: the folder is not a run's, or its data are not there.
    """
    data_dir = workdirs.read_run(workdir)["data"].get("data_dir")
    if data_dir is None or not tf.io.gfile.isdir(data_dir):
        raise errors.UserError(
            "export runs what it makes on real frames, and the run's own data "
            f"are not at {data_dir or 'hand'}; give --images or --video"
        )
    info = records.read_info(data_dir)
    split = "test" if "test" in info.splits else "train"
    chosen = set(_spread(info.splits[split].frames))
    frames = pipelines.evaluation_frames(data_dir, info, split, 1)
    return [
        preprocessing.as_uint8(frame["x"][0]).numpy()
        for number, frame in enumerate(frames)
        if number in chosen
    ]


def _spread(count: int) -> list[int]:
    """Indices from the first to the last of `count`, `COUNT` at most."""
    number = min(COUNT, count)
    spread = np.linspace(0, count - 1, number).round().astype(int)
    return np.unique(spread).tolist()
