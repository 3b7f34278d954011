"""The stages: what each trains, on which data, and where it resumes."""

from collections.abc import Callable

import tensorflow as tf
from absl import logging
from tensorflow import keras

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import pipelines
from tf_landmarks.models import landmark_detector
from tf_landmarks.models import repainter
from tf_landmarks.training import bottleneck_cycle_gan
from tf_landmarks.training import conditional_cycle_gan
from tf_landmarks.training import cycle_gan
from tf_landmarks.training import fitting
from tf_landmarks.training import image_summaries
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import objectives
from tf_landmarks.training import optimizers
from tf_landmarks.training import plateau
from tf_landmarks.training import profiling
from tf_landmarks.training import skeleton_autoencoder
from tf_landmarks.training import stage
from tf_landmarks.training import supervised_detector
from tf_landmarks.training import supervised_hourglass
from tf_landmarks.training import weight_averages

# Of table 5, in its order reversed; then of table 1.
_UNSUPERVISED = {
    "ours": landmark_gan.LandmarkGAN,
    "bottleneck_cycle_gan": bottleneck_cycle_gan.BottleneckCycleGAN,
    "conditional_cycle_gan": conditional_cycle_gan.ConditionalCycleGAN,
    "cycle_gan": cycle_gan.CycleGAN,
}
_SUPERVISED = {
    "supervised": supervised_detector.SupervisedDetector,
    "hourglass": supervised_hourglass.SupervisedHourglass,
}

_PICTURED_PAIRS = 4
_LABELLED_SPLIT = "labelled"


def train_skeleton(run: fitting.Run, steps: int) -> None:
    """Stage 1: trains η on the prior's poses, to `steps` updates.

    Args:
      run: what all stages share.
      steps: updates.

    Raises:
      errors.UserError: when training diverges or cannot resume.
      fitting.Interrupted: after SIGINT or SIGTERM.
    """
    with fitting.strategy(run).scope():
        model = skeleton_autoencoder.SkeletonAutoencoder(
            run.arch, run.learning_rate
        )
    reduce_once = plateau.ReduceOnce(
        model.players["eta"].optimizer, "points", run.log_every
    )
    items, averaging = _with_averages(run, model)
    items |= {"plateau": reduce_once.state}
    workdirs.restore(items, workdirs.checkpoints(run.workdir, "skeleton"))
    fitting.fit(
        run,
        model,
        "skeleton",
        lambda step: pipelines.training_poses(
            run.data_dir,
            run.info,
            run.batch_size,
            run.seed,
            step,
            tps=run.eta_tps,
            augment=run.augment,
            mirror=run.mirror,
        ),
        items,
        steps,
        [*averaging, reduce_once],
    )


def train_landmarks(
    run: fitting.Run,
    steps: int,
    make_perceptual: Callable[[], keras.Model],
    objective: objectives.Objective,
    held_out_errors: Callable[[keras.Model], dict[str, float]] | None,
    method: str = "ours",
) -> None:
    """Stage 2: trains Φ, Ψ, D_y and goes on with η, to `steps` updates.

    Args:
      run: what all stages share.
      steps: updates.
      make_perceptual: makes the perceptual network.
      objective: the weights of eq. 6.
      held_out_errors: of a detector, by name; the first counts. None where
        nothing is labelled.
      method: "ours", or what it is compared with: "cycle_gan",
        "conditional_cycle_gan", "bottleneck_cycle_gan".

    Raises:
      errors.UserError: without a trained η, when training diverges or cannot
        resume.
      fitting.Interrupted: after SIGINT or SIGTERM.
    """
    with fitting.strategy(run).scope():
        model = _UNSUPERVISED[method](
            run.arch,
            make_perceptual(),
            objective,
            optimizers.LinearDecay(run.learning_rate, steps, run.decay_share),
            run.seed,
        )
    items, averaging = _with_averages(run, model)
    detector = landmark_detector.LandmarkDetector(
        run.arch, items["phi"], items["eta"]
    )
    networks = repainter.Repainter(
        detector,
        model.beta,
        items,
        method not in workdirs.WITHOUT_BOTTLENECK,
    )
    pictured = next(iter(_pairs(run, 0)))
    images = image_summaries.ImageSummaries(
        tf.summary.create_file_writer(fitting.logs(run, "landmarks")),
        networks,
        {k: pictured[k][:_PICTURED_PAIRS] for k in ("x", "x_prime")},
        held_out_errors and (lambda: held_out_errors(detector)),
        run.image_every,
    )
    items |= {"best": images.state}
    folder = workdirs.checkpoints(run.workdir, "landmarks")
    if workdirs.restore(items, folder) is None:
        _take_eta(run.workdir, model.eta)
    images.keep_best_in(folder, items)
    fitting.fit(
        run,
        model,
        "landmarks",
        lambda step: _pairs(run, step),
        items,
        steps,
        [*averaging, images, *_profiling(run)],
    )


def train_supervised(
    run: fitting.Run, steps: int, method: str = "supervised"
) -> None:
    """Trains with labels, in the place of both stages, to `steps` updates.

    Args:
      run: what all stages share.
      steps: updates.
      method: "supervised", of Φ and η, or "hourglass".

    Raises:
      errors.UserError: without a split `labelled`, when training diverges or
        cannot resume.
      fitting.Interrupted: after SIGINT or SIGTERM.
    """
    with fitting.strategy(run).scope():
        model = _SUPERVISED[method](
            run.arch,
            optimizers.LinearDecay(run.learning_rate, steps, run.decay_share),
        )
    items, averaging = _with_averages(run, model)
    workdirs.restore(items, workdirs.checkpoints(run.workdir, "landmarks"))
    fitting.fit(
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
            augment=run.augment,
            mirror=run.mirror,
        ),
        items,
        steps,
        [*averaging, *_profiling(run)],
    )


def _with_averages(
    run: fitting.Run, model: stage.Stage
) -> tuple[dict[str, tf.Module], list[keras.callbacks.Callback]]:
    """What a checkpoint holds, and what averages weights, where it is asked.

    The networks are then those with the means; the ones in training stand
    beside them.
    """
    items = model.checkpointed
    if not run.ema_momentum:
        return items, []
    means = model.make_networks(run.arch)
    trained = {symbol: items[symbol] for symbol in means}
    averages = weight_averages.WeightAverages(trained, means, run.ema_momentum)
    in_training = {f"{s}_in_training": n for s, n in trained.items()}
    averaged = averages.networks | {"averaged": averages.state}
    return items | in_training | averaged, [averages]


def _pairs(run: fitting.Run, step: int) -> tf.data.Dataset:
    return pipelines.training_pairs(
        run.data_dir,
        run.info,
        run.batch_size,
        run.seed,
        run.pair_window,
        step,
        tps=run.tps,
        eta_tps=run.eta_tps,
        augment=run.augment,
        mirror=run.mirror,
    )


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


def _profiling(run: fitting.Run) -> list[keras.callbacks.Callback]:
    if not run.profile_steps:
        return []
    folder = fitting.logs(run, "landmarks")
    return [profiling.Profiling(folder, *run.profile_steps)]
