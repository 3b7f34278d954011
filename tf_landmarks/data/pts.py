"""Reads `.pts` files: the landmarks of one image, as 300-W delivers them.

version: 1
n_points: 68
{
x y
...
}

The libraries that read them (menpo) would bring much more along than the few
lines that it takes.
"""

import pathlib
import re

import numpy as np

from tf_landmarks.data import images

_FILE = re.compile(
    r"\s*version:\s*1\s+n_points:\s*(?P<count>\d+)\s*\{(?P<points>[^{}]*)\}\s*"
)


def read(path: pathlib.Path, *counts: int) -> np.ndarray:
    """Returns the landmarks [K, 2]: x, y in pixels; 0, 0: the first's centre.

    The file counts from 1.

    Args:
      path: of the file.
      *counts: what K may be.

    Raises:
      images.BadFile: it cannot be read, is not a .pts file, has not as many
        points as it says, or another number.
    """
    try:
        found = _FILE.fullmatch(path.read_text("ascii"))
        if not found:
            raise ValueError("no `version: 1`, `n_points: N` and { points }")
        numbers = np.array(found["points"].split(), np.float64)
        if len(numbers) != 2 * int(found["count"]):
            raise ValueError(
                f"{len(numbers)} numbers for n_points: {found['count']}"
            )
        if not np.isfinite(numbers).all():
            raise ValueError("a coordinate is not finite")
    except (OSError, ValueError) as error:
        raise images.BadFile(
            f"{path}: cannot be read as a .pts file ({error}); replace or "
            "remove it"
        ) from error
    points = numbers.reshape(-1, 2)
    if len(points) not in counts:
        wanted = " or ".join(map(str, counts))
        raise images.BadFile(
            f"{path}: has {len(points)} points instead of {wanted}; replace or "
            "remove it"
        )
    return points - 1.0
