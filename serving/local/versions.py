"""Which versions of a model lie in its folder, and which are to be served."""

import pathlib
from typing import NamedTuple

_LARGEST = 2**63 - 1


class Policy(NamedTuple):
    """Which of the versions that are there to serve.

    Attributes:
      latest: how many of the newest; 0: see the others.
      specific: just these; empty: all.
    """

    latest: int = 1
    specific: frozenset[int] = frozenset()

    def choose(self, there: dict[int, pathlib.Path]) -> dict[int, pathlib.Path]:
        """Those to serve of the versions that are there."""
        if self.specific:
            return {v: path for v, path in there.items() if v in self.specific}
        if self.latest:
            newest = sorted(there)[-self.latest :]
            return {version: there[version] for version in newest}
        return there


def find(base_path: pathlib.Path) -> dict[int, pathlib.Path]:
    """Folders in `base_path` whose name is a number, by number.

    Others are passed over without a word: an export that is being written has
    such a name.

    Raises:
      OSError: the folder cannot be read.
    """
    return {
        int(path.name): path
        for path in base_path.iterdir()
        if path.name.isascii()
        and path.name.isdigit()
        and int(path.name) <= _LARGEST
        and path.is_dir()
    }
