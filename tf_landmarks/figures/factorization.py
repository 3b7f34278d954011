"""Figures 8 and 9: the pose of one image, the appearance of another."""

import itertools

import numpy as np

from tf_landmarks import errors
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests


def draw_few(request: requests.Request) -> requests.Drawing:
    """Figure 8: three targets in three styles, see `draw`."""
    return draw(request, rows=3, columns=3)


def draw_many(request: requests.Request) -> requests.Drawing:
    """Figure 9: six targets in six styles, see `draw`."""
    return draw(request, rows=6, columns=6)


def draw(
    request: requests.Request, rows: int, columns: int
) -> requests.Drawing:
    """Draws a row for each target x, a column for each style x′, and x̂.

    No clip has both targets and styles.

    Args:
      request: its count goes before `rows`.
      rows: targets.
      columns: styles; fewer where there are not as many frames for them.

    Raises:
      errors.UserError: see `painting`; or there is only one clip.
    """
    painter = painting.Painter(request.workdirs[0], request.kind)
    painter.check_bottleneck()
    split = painting.open_split(request, [painter.detector])
    of_targets, of_styles = _divide(split, request)
    targets = split.read(of_targets[: request.count or rows])
    styles = split.read(of_styles[:columns])
    grid = [[grids.Cell(None), *(_cell(style) for style in styles)]]
    x_prime = painting.stack(styles)
    for target in targets:
        x = np.repeat(target.x[None], len(styles), axis=0)
        x_hat = painter.repaint(x, x_prime)["x_hat"].numpy()
        repainted = [grids.Cell(grids.enlarged_frame(x)) for x in x_hat]
        grid.append([_cell(target), *repainted])
    titles = ["target x", "style x_prime", *[""] * (len(styles) - 1)]
    return requests.Drawing(grids.render(grid, titles))


def _cell(frame: frames.Frame) -> grids.Cell:
    return grids.Cell(grids.enlarged_frame(frame.x), frame.name)


def _divide(split: frames.Split, request: requests.Request) -> list[list[int]]:
    """Numbers of frames of one half of the clips, and of the other."""
    random = np.random.default_rng(request.seed)
    clips = random.permutation(np.unique(split.clip_ids))
    if len(clips) < 2:
        raise errors.UserError(
            f"--split={request.split} has a single clip, and pose and "
            "appearance are taken from different ones; choose a split with "
            "two clips or more"
        )
    halves = np.array_split(clips, 2)
    return [_in_turns(split, half, random) for half in halves]


def _in_turns(split: frames.Split, clips, random) -> list[int]:
    """Numbers of clips' frames, at random; no clip twice before each once."""
    orders = [
        random.permutation(np.flatnonzero(split.clip_ids == clip))
        for clip in clips
    ]
    turns = itertools.zip_longest(*orders)
    return [n for turn in turns for n in turn if n is not None]
