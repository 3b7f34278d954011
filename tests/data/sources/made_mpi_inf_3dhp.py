"""A small copy of MPI-INF-3DHP's annotations, in their layout."""

import pathlib

import numpy as np
import scipy.io

FRAMES = 11


def _pose(camera: int, frame: int) -> np.ndarray:
    """[28, 2]: a row of joints, one pixel apart, from 100 + camera."""
    x = 100 + camera + np.arange(28.0)
    return np.stack([x, np.full(28, 200.0 + frame % 100)], axis=-1)


def write_sequence(
    path: pathlib.Path, count: int = FRAMES, rows: int | None = None, **changes
) -> np.ndarray:
    """Writes an `annot.mat`.

    Args:
      path: of the file.
      count: of the frames.
      rows: of `annot2`, if not `count`.
      **changes: of the variables.

    Returns:
      the cells of `annot2`, [14, 1], before `changes`.
    """
    cells = np.empty((14, 1), object)
    for camera in range(14):
        poses = [_pose(camera, i) for i in range(rows or count)]
        cells[camera, 0] = np.stack(poses).reshape(-1, 56).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    variables = {
        "annot2": cells,
        "cameras": np.arange(14)[np.newaxis],
        "frames": np.arange(count)[:, np.newaxis],
        **changes,
    }
    scipy.io.savemat(path, variables, do_compression=True)
    return cells


def write(root: pathlib.Path) -> None:
    """Writes all sequences: 16 x 5 cameras x 3 of 11 frames are read."""
    for subject in range(1, 9):
        for sequence in (1, 2):
            folder = root / f"S{subject}" / f"Seq{sequence}"
            write_sequence(folder / "annot.mat")
