"""Variables of MATLAB files, up to version 7 (7.3 is HDF5)."""

import contextlib
import pathlib
import struct
import zlib
from collections.abc import Container
from collections.abc import Iterator
from collections.abc import Sequence
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
    with _damage_refused(path, names):
        content = scipy.io.loadmat(path, variable_names=names)
    _check_variables(path, names, content)
    return [content[name] for name in names]


def read_shape(path: pathlib.Path, name: str) -> tuple[int, ...]:
    """Reads no more of a variable than its shape.

    Raises:
      images.BadFile: as for `read`.
    """
    with _damage_refused(path, [name]):
        shapes = {n: shape for n, shape, _ in scipy.io.whosmat(path)}
    _check_variables(path, [name], shapes)
    return shapes[name]


@contextlib.contextmanager
def _damage_refused(path: pathlib.Path, names: Sequence[str]) -> Iterator[None]:
    if not path.is_file():
        raise images.BadFile(f"{path}: no such file; fetch it")
    try:
        yield
    except (*_UNREADABLE, scipy.io.matlab.MatReadError) as error:
        raise images.BadFile(
            f"{path}: cannot be read as a MATLAB file with "
            f"{' and '.join(names)} ({error}); fetch it again"
        ) from error


def _check_variables(
    path: pathlib.Path, names: Sequence[str], found: Container[str]
) -> None:
    missing = [name for name in names if name not in found]
    if missing:
        raise images.BadFile(
            f"{path}: has no variable {' nor '.join(missing)}; give the "
            "dataset's own file"
        )
