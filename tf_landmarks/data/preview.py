"""A picture of prepared data: what Φ will see, and what D_y takes as real.

Two rows each of training frames, of labelled frames where a split has them,
and of the prior's poses; labelled frames only where there is nothing to train
on. Where objects and poses differ in place or size, one sees it here before a
long training shows it.
"""

import numpy as np
from PIL import Image

from tf_landmarks import overlay
from tf_landmarks.data import pipelines
from tf_landmarks.data import preprocessing
from tf_landmarks.data import records

FILE = "preview.png"

_COLUMNS, _ROWS = 8, 2
_CELL = 160  # pixels
_MOST_FRAMES = 2_000  # of a test split that are looked through


def render(data_dir: str, info: records.DatasetInfo) -> Image.Image:
    """Draws the picture of a prepared folder."""
    count = _COLUMNS * _ROWS
    cells, poses = [], []
    if "train" in info.splits:
        cells, poses = _training(data_dir, info, count)
    for split in info.splits:
        if info.labels and split != "train":
            cells += _labelled(data_dir, info, split, count)
    cells += poses
    rows = [cells[i : i + _COLUMNS] for i in range(0, len(cells), _COLUMNS)]
    return Image.fromarray(
        np.concatenate([np.concatenate(row, axis=1) for row in rows])
    )


def _training(
    data_dir: str, info: records.DatasetInfo, count: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Cells of frames, and of poses."""
    pairs = pipelines.training_pairs(
        data_dir, info, count, seed=0, pair_window=1
    )
    batch = next(pairs.as_numpy_iterator())
    black = np.zeros([_CELL, _CELL, 3], np.uint8)
    return [_enlarged(x) for x in batch["x"]], [
        _with_pose(black, p, np.ones(len(p)), info) for p in batch["p_bar"]
    ]


def _labelled(
    data_dir: str, info: records.DatasetInfo, split: str, count: int
) -> list[np.ndarray]:
    """Cells of frames from all over a split, with their labels."""
    frames = pipelines.evaluation_frames(data_dir, info, split, batch_size=1)
    seen = min(info.splits[split].frames, _MOST_FRAMES)
    step = max(seen // count, 1)
    chosen = frames.take(seen).shard(step, 0).take(count)
    cells = [
        _with_pose(
            _enlarged(frame["x"][0]),
            frame["p"][0],
            (frame["visibility"][0] > 0) * 1.0,
            info,
        )
        for frame in chosen.as_numpy_iterator()
    ]
    return cells + [np.zeros_like(cells[0])] * (count - len(cells))


def _enlarged(x: np.ndarray) -> np.ndarray:
    """A frame [S, S, 3] in [-1, 1] as a cell, uint8."""
    image = Image.fromarray(np.rint((x + 1.0) * 127.5).astype(np.uint8))
    return np.asarray(image.resize((_CELL, _CELL)))


def _with_pose(
    cell: np.ndarray,
    p: np.ndarray,
    opacity: np.ndarray,
    info: records.DatasetInfo,
) -> np.ndarray:
    box = (0.0, 0.0, float(_CELL), float(_CELL))
    pixels = preprocessing.normalized_to_pixels(p, box, info.image_size)
    pose = overlay.Pose(pixels, opacity, _CELL)
    return overlay.draw(cell, pose, info.skeleton)
