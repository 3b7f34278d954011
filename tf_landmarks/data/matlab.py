"""Variables of MATLAB files, up to version 7 (7.3 is HDF5)."""

import pathlib
import struct
import zlib
from typing import Any

import scipy.io

from tf_landmarks.data import images

# Damaged files make SciPy raise all of these.
_UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    NameError,
    EOFError,
    MemoryError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
)


def read(path: pathlib.Path, *names: str) -> list[Any]:
    """Reads variables as SciPy does, arrays with at least two axes.

    Raises:
      images.BadFile: no file, or not such a one, damaged, or a variable is
        missing.
    """
    if not path.is_file():
        raise images.BadFile(f"{path}: no such file; fetch it")
    try:
        content = scipy.io.loadmat(path, variable_names=names)
    except (*_UNREADABLE, scipy.io.matlab.MatReadError) as error:
        raise images.BadFile(
            f"{path}: cannot be read as a MATLAB file with "
            f"{' and '.join(names)} ({error}); fetch it again"
        ) from error
    missing = [name for name in names if name not in content]
    if missing:
        raise images.BadFile(
            f"{path}: has no variable {' nor '.join(missing)}; give the "
            "dataset's own file"
        )
    return [content[name] for name in names]
