"""What a figure is drawn of, and what comes of it."""

import pathlib
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from PIL import Image

from tf_landmarks import errors


class Request(NamedTuple):
    """What the user asks for.

    Attributes:
      workdirs: of the run; figure 2 takes several, to be set side by side.
      data_dir: prepared folder; None is the one that the run was trained on.
      split: of the data.
      kind: of checkpoint, see `workdirs.load_detector`.
      count: frames to show; None is the figure's own number.
      seed: of the choice of frames, and of figure 2's probes.
      probe_steps: updates of each of figure 2's probes.
    """

    workdirs: tuple[str, ...]
    data_dir: str | None = None
    split: str = "test"
    kind: str = "step"
    count: int | None = None
    seed: int = 0
    probe_steps: int = 500


class Drawing(NamedTuple):
    """A figure.

    Attributes:
      picture: of it.
      numbers: that go with it, plain values; None where there are none.
      text: the same for a terminal.
    """

    picture: Image.Image
    numbers: dict[str, Any] | None = None
    text: str = ""


def check_out(out: str | None, suffixes: Sequence[str]) -> pathlib.Path:
    """The file that --out names.

    Raises:
      errors.UserError: none, a folder, or of a kind that is not written.
    """
    kinds = " or ".join(f"--out=FILE{suffix}" for suffix in suffixes)
    if not out:
        raise errors.UserError(f"--out is missing, the file to write: {kinds}")
    path = pathlib.Path(out)
    if path.suffix.lower() not in suffixes:
        raise errors.UserError(f"--out={out}: give {kinds}")
    if path.is_dir():
        raise errors.UserError(f"--out={out} is a folder; name a file: {kinds}")
    return path
