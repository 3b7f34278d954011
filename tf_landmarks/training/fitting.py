"""How a stage is fitted in a workdir: devices, logs, checkpoints, signals."""

import dataclasses
import pathlib
from collections.abc import Callable

import tensorflow as tf
from absl import logging
from tensorflow import keras

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.models import architecture
from tf_landmarks.training import checkpointing
from tf_landmarks.training import optimizers
from tf_landmarks.training import progress
from tf_landmarks.training import stage


@dataclasses.dataclass(frozen=True)
class Run:
    """What all stages share.

    Attributes:
      workdir: the run's folder.
      arch: of the networks.
      data_dir: prepared data.
      info: their dataset.json.
      batch_size: over all replicas.
      learning_rate: of every optimiser.
      decay_share: of stage 2, at its end, over which the rate falls to 0.
      seed: of the weights, the data's order, the pool, the noise before D_y.
      checkpoint_every: updates.
      keep: newest checkpoints that stay.
      log_every: updates that a logged loss is the mean of.
      image_every: updates from a picture and a held-out error to the next.
      profile_steps: first and last update to trace, or none.
      pair_window: places of a run from x to x_prime, at most.
      tps: whether x_prime is warped by a thin-plate spline, as in [23].
      eta_tps: whether the poses that η learns from are.
      ema_momentum: of running means of the weights; 0: none.
      augment: whether frames and poses are turned, scaled, moved.
      mirror: whether half of these are mirrored, too.
    """

    workdir: str
    arch: architecture.Architecture
    data_dir: str
    info: records.DatasetInfo
    batch_size: int = 16
    learning_rate: float = optimizers.LEARNING_RATE
    decay_share: float = 0.0
    seed: int = 0
    checkpoint_every: int = 5_000
    keep: int = 3
    log_every: int = 50
    image_every: int = 1_000
    profile_steps: tuple[int, ...] = ()
    pair_window: int = 32
    tps: bool = False
    eta_tps: bool = False
    ema_momentum: float = 0.0
    augment: bool = False
    mirror: bool = True


class Interrupted(KeyboardInterrupt):
    """A signal ended a stage after it was saved; says how to go on."""


def strategy(run: Run) -> tf.distribute.Strategy:
    """All GPUs, else the CPU; what is drawn in its scope is the seed's.

    Raises:
      errors.UserError: see `check_batch_size`.
    """
    mirrored = tf.distribute.MirroredStrategy()
    check_batch_size(run.batch_size, mirrored.num_replicas_in_sync)
    keras.utils.set_random_seed(run.seed)
    return mirrored


def check_batch_size(batch_size: int, replicas: int) -> None:
    """Refuses a batch that the replicas cannot share evenly.

    Raises:
      errors.UserError: see above.
    """
    if batch_size % replicas:
        raise errors.UserError(
            f"--batch_size={batch_size} cannot be shared evenly by "
            f"{replicas} devices; give a multiple of {replicas}."
        )


def logs(run: Run, name: str) -> str:
    """The folder of a stage's TensorBoard logs."""
    return str(pathlib.Path(run.workdir) / "tensorboard" / name)


def fit(
    run: Run,
    model: stage.Stage,
    name: str,
    dataset_from: Callable[[int], tf.data.Dataset],
    items: dict[str, tf.Module],
    steps: int,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    """Takes a stage's updates from where the model stands to `steps`.

    Args:
      run: what all stages share.
      model: with what its last checkpoint had.
      name: of the stage, "skeleton" or "landmarks", in the workdir.
      dataset_from: gives the batches from an update on.
      items: what a checkpoint holds, by symbol.
      steps: updates of the whole stage.
      callbacks: of this stage alone.

    Raises:
      errors.UserError: training diverges.
      Interrupted: after SIGINT or SIGTERM.
    """
    first = model.step
    if first >= steps:
        logging.info("Stage %s is done: %d updates.", name, first)
        return
    logging.info("Stage %s: from update %d to %d.", name, first, steps)
    checkpoint = checkpointing.Checkpointing(
        items,
        workdirs.checkpoints(run.workdir, name),
        steps,
        run.checkpoint_every,
        run.keep,
    )
    writer = tf.summary.create_file_writer(logs(run, name))
    shown = progress.Progress(writer, steps, run.log_every)
    model.compile()
    model.fit(
        dataset_from(first),
        steps_per_epoch=steps - first,
        verbose=0,
        # The checkpoint last: it is of what the others leave.
        callbacks=[*callbacks, shown, checkpoint],
    )
    if checkpoint.stopped_by:
        raise Interrupted(
            f"stopped by {checkpoint.stopped_by} at update {model.step}; "
            "the same command goes on from there."
        )
