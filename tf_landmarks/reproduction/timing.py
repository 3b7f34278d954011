"""How long trainings will take here: a few updates of each, timed.

`train` itself is timed, on frames and poses at random: networks, losses, input
and precision are the training's own.
"""

import pathlib
import tempfile
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing import event_accumulator

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import writing
from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import steps

# The first update traces the graph, the second warms caches.
_WARMING_UP = 2
_TIMED = 3

_IMAGE_SIZE = 128  # where flags do not say
_FRAMES = 32
_RATE = "train/steps/s"

# They end a training early, and say more of it.
_BRIEFLY = (
    "--log_every=1",
    "--image_every=1000",
    "--checkpoint_every=1000",
)


class Estimate(NamedTuple):
    """What is left of a training.

    Attributes:
      workdir: of its run.
      updates: that are left, by stage.
      seconds: of an update of each of these stages.
    """

    workdir: str
    updates: dict[str, int]
    seconds: dict[str, float]

    @property
    def total(self) -> float:
        """In seconds."""
        return sum(n * self.seconds[stage] for stage, n in self.updates.items())


def estimate(trainings: Iterable[steps.Train]) -> list[Estimate]:
    """Times what has updates left; as this takes a minute each, only once.

    Raises:
      errors.UserError: a training cannot be run.
    """
    known: dict[str, float] = {}
    estimates = []
    for train in trainings:
        left = {stage: n for stage, n in train.updates_left().items() if n}
        keys = {stage: _key(train, stage) for stage in left}
        missing = [stage for stage in left if keys[stage] not in known]
        if missing:
            measured = _time(train, missing)
            known |= {keys[stage]: measured[stage] for stage in missing}
        seconds = {stage: known[keys[stage]] for stage in left}
        estimates.append(Estimate(train.workdir, left, seconds))
    return estimates


def seconds_an_update(rates: Sequence[float]) -> float:
    """The mean, of the updates per second at each update from the first on."""
    timed = rates[_WARMING_UP:]
    return sum(1.0 / rate for rate in timed) / len(timed)


def duration(seconds: float) -> str:
    """For people: minutes, hours or days."""
    if seconds < 90 * 60:
        return f"{max(1, round(seconds / 60))} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 86400:,.1f} days"


def _key(train: steps.Train, stage: str) -> str:
    """What updates that take the same time have in common."""
    training = train.training
    method = training.method if stage == "landmarks" else ()
    own = (training.data.skeleton.name, *training.flags, *method)
    return " ".join((stage, *(f for f in own if not f.startswith("--stage="))))


def _time(train: steps.Train, stages: Sequence[str]) -> dict[str, float]:
    """Seconds of an update of each of these stages."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir, workdir = f"{folder}/data", f"{folder}/run"
        size = int(train.command.settings().get("image_size", _IMAGE_SIZE))
        _write_random_data(data_dir, train.training.data.skeleton, size)
        updates = {
            stage: _WARMING_UP + _TIMED if stage in stages else 1
            for stage in ("skeleton", "landmarks")
        }
        command = commands.Command(
            "train",
            (
                *train.command.arguments,
                *_BRIEFLY,
                f"--skeleton_steps={updates['skeleton']}",
                f"--train_steps={updates['landmarks']}",
                f"--data_dir={data_dir}",
                f"--workdir={workdir}",
            ),
        )
        _run_silently(command, pathlib.Path(folder) / "output.txt")
        return {
            stage: seconds_an_update(_read_rates(workdir, stage))
            for stage in stages
        }


def _run_silently(command: commands.Command, path: pathlib.Path) -> None:
    """Runs a command; what it said is told only where it failed."""
    with open(path, "w") as output:
        try:
            command.run(output)
        except errors.UserError as error:
            said = path.read_text().strip().splitlines() or [str(error)]
            raise errors.UserError(
                f"{command}, a few updates to take the time of, failed: "
                f"{said[-1].removeprefix('error: ')}"
            ) from error


def _read_rates(workdir: str, stage: str) -> list[float]:
    """Updates per second at each update, as `train` has logged them."""
    folder = f"{workdir}/tensorboard/{stage}"
    events = event_accumulator.EventAccumulator(folder).Reload()
    return [
        float(tf.make_ndarray(event.tensor_proto))
        for event in events.Tensors(_RATE)
    ]


def _write_random_data(
    data_dir: str, skeleton: skeletons.Skeleton, size: int
) -> None:
    rng = np.random.default_rng(0)
    poses = rng.uniform(-0.8, 0.8, (_FRAMES, skeleton.num_landmarks, 2))
    box = (0.0, 0.0, float(size), float(size))

    visible = np.full(skeleton.num_landmarks, 2)

    def frames(with_labels: bool):
        for number, pose in enumerate(poses):
            image = rng.integers(0, 256, (size, size, 3), np.uint8)
            pixels = (pose + 1) / 2 * (size - 1)
            label = (pixels, visible) if with_labels else ()
            yield clips.Frame(number, image, box, *label)

    source = clips.Source(
        name="random",
        description={},
        skeleton=skeleton,
        clips={
            "train": [clips.Clip("a", lambda: frames(False), _FRAMES)],
            "labelled": [clips.Clip("b", lambda: frames(True), _FRAMES)],
        },
        poses={"train": clips.Poses(poses, np.tile(box, (_FRAMES, 1)))},
    )
    writing.write(source, data_dir, size, clips.BadFiles(skip=False))
