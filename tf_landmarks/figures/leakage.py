"""Figure 2: what skeleton images hide, and how much of x a probe finds."""

import collections
import pathlib
from collections.abc import Sequence
from typing import Any

import tabulate
import tensorflow as tf
import tqdm

from tf_landmarks import errors
from tf_landmarks.data import integrity
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.figures import contrast
from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import painting
from tf_landmarks.figures import probe
from tf_landmarks.figures import requests

_ROWS = 4
_MOST_TEST_FRAMES = 512
_PROBED = ("y", "y_star")
_DEFINITIONS = {
    "mean_squared_error": (
        "of frames that a probe reconstructs from skeleton images, over "
        "pixels and channels in [-1, 1], mean over probed frames"
    ),
    "psnr": "10 log10(4 / mean_squared_error), in dB",
    "constant": "the mean of the probes' training frames as the answer",
    "y": "from y = phi(x): without the bottleneck",
    "y_star": "from y* = beta(eta(y)): with it",
}


def draw(request: requests.Request) -> requests.Drawing:
    """Draws rows of x and, for each workdir, x̂, y and LCN of y and of y*.

    Raises:
      errors.UserError: see `painting`; a workdir is given twice; or frames for
        the probes to learn from are missing, or cannot be read.
    """
    if len(set(request.workdirs)) < len(request.workdirs):
        raise errors.UserError(
            "--other_workdir: this folder is given twice; name each run once"
        )
    painters = [painting.Painter(w, request.kind) for w in request.workdirs]
    detectors = [painter.detector for painter in painters]
    split = painting.open_split(request, detectors)
    picture = _picture(request, painters, split)
    try:
        numbers = _probe(request, painters, split)
    except tf.errors.DataLossError as error:
        data_dir = painting.find_data(request)
        raise integrity.explain_data_loss(error, data_dir) from error
    return requests.Drawing(picture, numbers, _table(numbers))


def _picture(request, painters: Sequence[painting.Painter], split):
    chosen = split.draw(request.count or _ROWS, request.seed)
    partners = split.draw_partners(chosen, request.seed)
    shown = split.read(chosen)
    x, x_prime = painting.stack(shown), painting.stack(split.read(partners))
    columns, titles = [map(grids.enlarged_frame, x.numpy())], ["\nx"]
    for painter in painters:
        seen = painter.repaint(x, x_prime)
        columns.append(map(grids.enlarged_frame, seen["x_hat"].numpy()))
        for y in (seen["y"], _contrast(seen["y"]), _contrast(seen["y_star"])):
            columns.append(map(grids.enlarged_skeleton, y.numpy()))
        name = pathlib.Path(painter.workdir).resolve().name
        titles += [f"{name}\nx_hat", "\ny", "\nLCN of y", "\nLCN of y*"]
    rows = zip(*columns, strict=True)
    cells = [[grids.Cell(image) for image in row] for row in rows]
    return grids.render(cells, titles)


def _contrast(y: tf.Tensor) -> tf.Tensor:
    return contrast.in_log_scale(contrast.normalized(y))


def _probe(
    request: requests.Request,
    painters: Sequence[painting.Painter],
    split: frames.Split,
) -> dict[str, Any]:
    """Trains the probes on the train split, tries them on the other."""
    probes = probe.Probes(request.seed)
    for x in tqdm.tqdm(
        _training_frames(request), "train probes", request.probe_steps
    ):
        probes.train(x, _see(painters, x))
    found = _try(probes, painters, split)
    summary = {k: probe.summarize(v)._asdict() for k, v in found.items()}
    return {
        "constant": summary[None],
        "workdirs": {
            painter.workdir: {
                "checkpoint_step": painter.step,
                **{n: summary[painter.workdir, n] for n in _PROBED},
            }
            for painter in painters
        },
        "split": request.split,
        "probed_frames": len(found[None]),
        "probe_steps": request.probe_steps,
        "probe_batch_size": probe.BATCH_SIZE,
        "probe_width": probe.WIDTH,
        "probe_learning_rate": probe.LEARNING_RATE,
        "seed": request.seed,
        "definitions": _DEFINITIONS,
    }


def _try(
    probes: probe.Probes,
    painters: Sequence[painting.Painter],
    split: frames.Split,
) -> dict[tuple[str, str] | None, list[float]]:
    """Squared errors of frames evenly spread over a split, by kind."""
    shown = split.read(split.spread(_MOST_TEST_FRAMES))
    found = collections.defaultdict(list)
    for i in range(0, len(shown), probe.BATCH_SIZE):
        x = painting.stack(shown[i : i + probe.BATCH_SIZE])
        errors_of = probes.squared_errors(x, _see(painters, x))
        for kind, of_frames in errors_of.items():
            found[kind].extend(of_frames)
    return found


def _training_frames(request: requests.Request) -> tf.data.Dataset:
    """Batches x [B, S, S, 3] of the train split, one for each update."""
    data_dir = painting.find_data(request)
    info = records.read_info(data_dir)
    pairs = pipelines.training_pairs(
        data_dir, info, probe.BATCH_SIZE, request.seed, pair_window=1
    )
    return pairs.map(lambda batch: batch["x"]).take(request.probe_steps)


def _see(painters: Sequence[painting.Painter], x: tf.Tensor) -> dict:
    return {
        (painter.workdir, name): image
        for painter in painters
        for name, image in painter.see(x).items()
        if name in _PROBED
    }


def _table(numbers: dict[str, Any]) -> str:
    rows = [["", "a constant image", *numbers["constant"].values()]]
    for workdir, errors_of in numbers["workdirs"].items():
        for name, how in (("y", "y"), ("y_star", "y*, with the bottleneck")):
            rows.append([workdir, how, *errors_of[name].values()])
    heads = ["workdir", "x reconstructed from", "squared error", "PSNR, dB"]
    return tabulate.tabulate(
        rows, heads, floatfmt=("", "", ".4f", ".2f"), disable_numparse=[0, 1]
    )
