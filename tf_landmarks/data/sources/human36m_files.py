"""Human3.6M's own files: 2D positions (CDF) and boxes (MATLAB masks)."""

import contextlib
import math
import pathlib
import struct
import zlib
from collections.abc import Iterable
from collections.abc import Iterator

import cdflib
import h5py
import numpy as np

from tf_landmarks import skeletons
from tf_landmarks.data import images
from tf_landmarks.data import matlab

_JOINTS = skeletons.HUMAN36M.num_landmarks

# Damaged files make the libraries raise all of these.
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    EOFError,
    MemoryError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
)


def read_positions(path: pathlib.Path) -> np.ndarray:
    """Reads `Pose` [1, n, 64]: x, y of 32 joints in each of n frames.

    Returns:
      float32 [n, 32, 2] in pixels of the video.

    Raises:
      images.BadFile: no CDF file, damaged, of another shape, or a joint is
        missing: all are given in Human3.6M.
    """
    try:
        pose = np.asarray(cdflib.CDF(path).varget("Pose"), np.float32)
    except _UNREADABLE as error:
        raise images.BadFile(
            f"{path}: cannot be read as a CDF file with the variable Pose "
            f"({error}); fetch it again"
        ) from error
    if pose.ndim != 3 or len(pose) != 1 or pose.shape[2] != 2 * _JOINTS:
        raise images.BadFile(
            f"{path}: Pose is {list(pose.shape)} instead of [1, frames, "
            f"{2 * _JOINTS}]; give the file of D2_Positions"
        )
    positions = pose.reshape(-1, _JOINTS, 2)
    missing = np.argwhere(~np.isfinite(positions).all(axis=-1))
    if len(missing):
        frame, joint = missing[0]
        x, y = positions[frame, joint]
        raise images.BadFile(
            f"{path}: {skeletons.HUMAN36M.landmarks[joint]} of frame {frame} "
            f"(from 0) is at ({x:g}, {y:g}); fetch the file again"
        )
    return positions


def read_boxes(path: pathlib.Path, wanted: range, count: int) -> np.ndarray:
    """Reads `Masks`: a cell for each frame, 1 inside of the person's box.

    One mask is in memory at a time where the file is of version 7.3; older
    ones are read whole.

    Args:
      path: of the MATLAB file.
      wanted: frames whose boxes are returned.
      count: frames that there must be boxes for, or more.

    Returns:
      float32 [wanted, 4], (x, y, width, height) in pixel edges.

    Raises:
      images.BadFile: not such a file, damaged, too few masks, or an empty one.
    """
    if not h5py.is_hdf5(path):
        (cells,) = matlab.read(path, "Masks")
        return _boxes(path, cells.ravel(), wanted, count)
    with _opened(path) as masks:
        return _boxes(path, masks, wanted, count)


def count_boxes(path: pathlib.Path, count: int) -> int:
    """How many frames there are masks of; reads none.

    Raises:
      images.BadFile: not such a file, damaged, or masks of less than `count`.
    """
    if not h5py.is_hdf5(path):
        cells = math.prod(matlab.read_shape(path, "Masks"))
    else:
        with _opened(path) as masks:
            cells = len(masks)
    _check_number(path, cells, count)
    return cells


@contextlib.contextmanager
def _opened(path: pathlib.Path) -> Iterator["_Hdf5Cells"]:
    """The masks of a MATLAB 7.3 file; damage is told while it is open."""
    try:
        with h5py.File(path) as file:
            yield _Hdf5Cells(file)
    except images.BadFile:
        raise
    except _UNREADABLE as error:
        raise images.BadFile(
            f"{path}: cannot be read as a MATLAB 7.3 file with the cells "
            f"Masks ({error}); fetch it again"
        ) from error


class _Hdf5Cells:
    """The masks of a MATLAB 7.3 file, which is HDF5, read one by one."""

    def __init__(self, file: h5py.File):
        self._file = file
        cells = file["Masks"]
        if h5py.check_ref_dtype(cells.dtype) is None:
            raise TypeError(f"they are {cells.dtype}")
        self._references = cells[()].ravel()

    def __len__(self) -> int:
        return len(self._references)

    def __getitem__(self, index: int) -> np.ndarray:
        # MATLAB stores columns, so what HDF5 calls rows are columns.
        return self._file[self._references[index]][()].T


def _check_number(path: pathlib.Path, boxes: int, count: int) -> None:
    if boxes < count:
        raise images.BadFile(
            f"{path}: has boxes of {boxes} frames, and there are 2D "
            f"positions of {count}; fetch both again"
        )


def _boxes(path, masks, wanted: range, count: int) -> np.ndarray:
    _check_number(path, len(masks), count)
    return np.array(
        list(_boxes_of_masks(path, masks, wanted)), np.float32
    ).reshape(-1, 4)


def _boxes_of_masks(
    path: pathlib.Path, masks, wanted: Iterable[int]
) -> Iterator[tuple[int, int, int, int]]:
    for number in wanted:
        mask = np.asarray(masks[number])
        if mask.ndim != 2 or not mask.any():
            raise images.BadFile(
                f"{path}: the mask of frame {number} (from 0) is empty or no "
                "image; a mask is 1 inside of a box: fetch the file again"
            )
        columns = np.flatnonzero(mask.any(axis=0))
        rows = np.flatnonzero(mask.any(axis=1))
        left, top = columns[0], rows[0]
        yield left, top, columns[-1] + 1 - left, rows[-1] + 1 - top
