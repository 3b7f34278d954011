"""Runs the two stages in a workdir, and resumes them there."""

import dataclasses
import pathlib
from collections.abc import Callable

import tensorflow as tf
from absl import logging
from tensorflow import keras

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.models import architecture
from tf_landmarks.models import landmark_detector
from tf_landmarks.training import checkpointing
from tf_landmarks.training import image_summaries
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import optimizers
from tf_landmarks.training import plateau
from tf_landmarks.training import profiling
from tf_landmarks.training import progress
from tf_landmarks.training import skeleton_autoencoder
from tf_landmarks.training import supervised_detector

_PICTURED_PAIRS = 4
_LABELLED_SPLIT = "labelled"


@dataclasses.dataclass(frozen=True)
class Run:
    """What both stages share.

    Attributes:
      workdir: the run's folder.
      arch: of the networks.
      data_dir: prepared data.
      info: their dataset.json.
      batch_size: over all replicas.
      learning_rate: of every optimiser.
      decay_share: of stage 2, at its end, over which the rate falls to 0.
      seed: of the weights, the data's order and the pool.
      checkpoint_every: updates.
      keep: newest checkpoints that stay.
      log_every: updates that a logged loss is the mean of.
      image_every: updates from a picture and a held-out error to the next.
      profile_steps: first and last update to trace, or none.
      pair_window: frames between x and x_prime, at most.
      tps: whether x_prime is warped by a thin-plate spline, as in [23].
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


class Interrupted(KeyboardInterrupt):
    """A signal ended a stage after it was saved; says how to go on."""


def train_skeleton(run: Run, steps: int) -> None:
    """Stage 1: trains η on the prior's poses, to `steps` updates.

    Args:
      run: what both stages share.
      steps: updates.

    Raises:
      errors.UserError: when training diverges or cannot resume.
      Interrupted: after SIGINT or SIGTERM.
    """
    strategy = _strategy(run)
    with strategy.scope():
        model = skeleton_autoencoder.SkeletonAutoencoder(
            run.arch, run.learning_rate
        )
    reduce_once = plateau.ReduceOnce(
        model.players["eta"].optimizer, "points", run.log_every
    )
    items = model.checkpointed | _losses(model) | {"plateau": reduce_once.state}
    workdirs.restore(items, workdirs.checkpoints(run.workdir, "skeleton"))
    _fit(
        run,
        model,
        "skeleton",
        lambda step: pipelines.training_poses(
            run.data_dir, run.info, run.batch_size, run.seed, step
        ),
        items,
        steps,
        [reduce_once],
    )


def train_landmarks(
    run: Run,
    steps: int,
    make_perceptual: Callable[[], keras.Model],
    objective: landmark_gan.Objective,
    held_out_errors: Callable[[keras.Model], dict[str, float]] | None,
) -> None:
    """Stage 2: trains Φ, Ψ, D_y and goes on with η, to `steps` updates.

    Args:
      run: what both stages share.
      steps: updates.
      make_perceptual: makes the perceptual network.
      objective: the weights of eq. 6.
      held_out_errors: of a detector, by name; the first counts. None where
        nothing is labelled.

    Raises:
      errors.UserError: without a trained η, when training diverges or cannot
        resume.
      Interrupted: after SIGINT or SIGTERM.
    """
    strategy = _strategy(run)
    with strategy.scope():
        model = landmark_gan.LandmarkGAN(
            run.arch,
            make_perceptual(),
            objective,
            optimizers.LinearDecay(run.learning_rate, steps, run.decay_share),
            run.seed,
        )
    detector = landmark_detector.LandmarkDetector(
        run.arch, model.phi, model.eta
    )
    pictured = next(iter(_pairs(run, 0)))
    images = image_summaries.ImageSummaries(
        _writer(run, "landmarks"),
        {k: pictured[k][:_PICTURED_PAIRS] for k in ("x", "x_prime")},
        held_out_errors and (lambda: held_out_errors(detector)),
        run.image_every,
    )
    items = model.checkpointed | _losses(model) | {"best": images.state}
    folder = workdirs.checkpoints(run.workdir, "landmarks")
    if workdirs.restore(items, folder) is None:
        _take_eta(run.workdir, model.eta)
    images.keep_best_in(folder, items)
    _fit(
        run,
        model,
        "landmarks",
        lambda step: _pairs(run, step),
        items,
        steps,
        [images, *_profiling(run)],
    )


def train_supervised(run: Run, steps: int) -> None:
    """Trains Φ and η with labels, in the place of stage 2, to `steps` updates.

    Args:
      run: what all stages share.
      steps: updates.

    Raises:
      errors.UserError: without a split `labelled`, when training diverges or
        cannot resume.
      Interrupted: after SIGINT or SIGTERM.
    """
    with _strategy(run).scope():
        model = supervised_detector.SupervisedDetector(
            run.arch,
            optimizers.LinearDecay(run.learning_rate, steps, run.decay_share),
        )
    items = model.checkpointed | _losses(model)
    workdirs.restore(items, workdirs.checkpoints(run.workdir, "landmarks"))
    _fit(
        run,
        model,
        "landmarks",
        lambda step: pipelines.labelled_frames(
            run.data_dir,
            run.info,
            _LABELLED_SPLIT,
            run.batch_size,
            run.seed,
            step,
        ),
        items,
        steps,
        _profiling(run),
    )


def _strategy(run: Run) -> tf.distribute.Strategy:
    """All GPUs, else the CPU; what is drawn in its scope is the seed's."""
    strategy = tf.distribute.MirroredStrategy()
    check_batch_size(run.batch_size, strategy.num_replicas_in_sync)
    keras.utils.set_random_seed(run.seed)
    return strategy


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


def _pairs(run: Run, step: int) -> tf.data.Dataset:
    return pipelines.training_pairs(
        run.data_dir,
        run.info,
        run.batch_size,
        run.seed,
        run.pair_window,
        step,
        run.tps,
    )


def _losses(model: keras.Model) -> dict[str, keras.metrics.Metric]:
    """The means under way: a stop may come between one log and the next."""
    return {f"mean_{metric.name}": metric for metric in model.metrics}


def _take_eta(workdir: str, eta: keras.Model) -> None:
    """Fills η with what stage 1 learnt."""
    folder = workdirs.checkpoints(workdir, "skeleton")
    step = workdirs.restore({"eta": eta}, folder, partial=True)
    if step is None:
        raise errors.UserError(
            f"--stage=landmarks: {folder} holds no trained eta; run "
            "--stage=skeleton or --stage=all first."
        )
    logging.info("eta has had %d updates of stage skeleton.", step)


def _writer(run: Run, stage: str) -> tf.summary.SummaryWriter:
    return tf.summary.create_file_writer(
        str(pathlib.Path(run.workdir) / "tensorboard" / stage)
    )


def _profiling(run: Run) -> list[keras.callbacks.Callback]:
    if not run.profile_steps:
        return []
    folder = str(pathlib.Path(run.workdir) / "tensorboard" / "landmarks")
    return [profiling.Profiling(folder, *run.profile_steps)]


def _fit(
    run: Run,
    model: keras.Model,
    stage: str,
    dataset_from: Callable[[int], tf.data.Dataset],
    items: dict[str, tf.Module],
    steps: int,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    """Takes the stage's updates from where the model stands to `steps`."""
    first = model.step
    if first >= steps:
        logging.info("Stage %s is done: %d updates.", stage, first)
        return
    logging.info("Stage %s: from update %d to %d.", stage, first, steps)
    checkpoint = checkpointing.Checkpointing(
        items,
        workdirs.checkpoints(run.workdir, stage),
        steps,
        run.checkpoint_every,
        run.keep,
    )
    shown = progress.Progress(_writer(run, stage), steps, run.log_every)
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
