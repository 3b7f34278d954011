"""Figures 15 and 16: the same frames at one checkpoint after another."""

from collections.abc import Sequence

import numpy as np
import tqdm

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests

_FRAMES = 3
_MOST_COLUMNS = 8


def draw(request: requests.Request) -> requests.Drawing:
    """Draws two rows a frame: landmarks over x, and x̂; x and x′ come first.

    Below are the updates after which the checkpoints were taken.

    Raises:
      errors.UserError: see `painting`; or there are not two checkpoints.
    """
    steps = _steps(request.workdirs[0])
    painter = painting.Painter(request.workdirs[0])
    split = painting.open_split(request, [painter.detector])
    chosen = split.draw(request.count or _FRAMES, request.seed)
    shown = split.read(chosen)
    styles = split.read(split.draw_partners(chosen, request.seed))
    rows = [
        [grids.Cell(grids.enlarged_frame(frame.x), frame.name)]
        for pair in zip(shown, styles, strict=True)
        for frame in pair
    ]
    for step in tqdm.tqdm(steps, "draw checkpoints", unit="checkpoint"):
        painter.go_to(step)
        column = _column(painter, shown, styles)
        for row, image in zip(rows, column, strict=True):
            row.append(grids.Cell(image, f"{step:,}"))
    titles = ["x; x_prime", "detected; x_hat"]
    return requests.Drawing(grids.render(rows, titles))


def choose(steps: Sequence[int]) -> list[int]:
    """At most `_MOST_COLUMNS` checkpoints, the first and the last among them.

    In between they are the nearest to a geometric series: much happens early.
    """
    wanted = np.geomspace(steps[0], steps[-1], min(_MOST_COLUMNS, len(steps)))
    distances = abs(np.log(np.array(steps)[:, None] / wanted))
    return [steps[i] for i in np.unique(distances.argmin(axis=0))]


def _steps(workdir: str) -> list[int]:
    workdirs.read_run(workdir)  # to name a folder that is no run's
    folder = workdirs.checkpoints(workdir, "landmarks")
    steps = workdirs.steps(folder)
    if len(steps) < 2:
        raise errors.UserError(
            f"--workdir={workdir}: a progression needs two checkpoints, and "
            f"{folder} holds {len(steps)}; train with a smaller "
            "--checkpoint_every and --keep=1000"
        )
    return choose(steps)


def _column(
    painter: painting.Painter,
    shown: Sequence[frames.Frame],
    styles: Sequence[frames.Frame],
) -> list[np.ndarray]:
    """For each frame two pictures, as the checkpoint sees it."""
    seen = painter.repaint(painting.stack(shown), painting.stack(styles))
    column = []
    for i, frame in enumerate(shown):
        p, skeleton = seen["p"][i].numpy(), painter.detector.skeleton
        column += [
            grids.with_pose(frame.x, p, skeleton),
            grids.enlarged_frame(seen["x_hat"][i]),
        ]
    return column
