"""What `train`'s flags ask for, as what libraries take.

Only `train` imports this: reading flags is for mains.
"""

import functools
import importlib.metadata
from collections.abc import Callable

from absl import flags as absl_flags
from tensorflow import keras

from flags import dataset_flags
from flags import model_flags
from flags import training_flags
from tf_landmarks import errors
from tf_landmarks.data import records
from tf_landmarks.models import architecture
from tf_landmarks.models import perceptual
from tf_landmarks.training import fitting
from tf_landmarks.training import objectives

_PACKAGES = ("tensorflow", "keras", "numpy", "tensorflow-addons")


def make_architecture(info: records.DatasetInfo) -> architecture.Architecture:
    """The networks, for the data's skeleton and image size."""
    return architecture.Architecture(
        info.skeleton,
        info.image_size,
        model_flags.WIDTH.value,
        d_y_width=model_flags.D_Y_WIDTH.value or None,
        draw=model_flags.DRAW.value,
        gamma=model_flags.GAMMA.value or None,
        literal_renderer=model_flags.LITERAL_RENDERER.value,
        skip_connections=model_flags.SKIP_CONNECTIONS.value,
        eta_instance_norm=model_flags.ETA_INSTANCE_NORM.value,
        separable_softmax=model_flags.SEPARABLE_SOFTMAX.value,
        d_y_norm_first=model_flags.D_Y_NORM_FIRST.value,
        concatenate_skips=model_flags.CONCATENATE_SKIPS.value,
        mask_by_limbs=model_flags.MASK_BY_LIMBS.value,
    )


def make_objective() -> objectives.Objective:
    """The weights of stage 2's losses."""
    return objectives.Objective(
        perceptual_weight=training_flags.PERCEPTUAL_WEIGHT.value,
        adversarial_weight=training_flags.ADVERSARIAL_WEIGHT.value,
        adversarial_y_star_weight=(
            training_flags.ADVERSARIAL_Y_STAR_WEIGHT.value
        ),
        adversarial_y_star_from=training_flags.ADVERSARIAL_Y_STAR_FROM.value,
        consistency_weight=training_flags.CONSISTENCY_WEIGHT.value,
        second_cycle_weight=training_flags.SECOND_CYCLE_WEIGHT.value,
        adversarial_x_weight=training_flags.ADVERSARIAL_X_WEIGHT.value,
        discriminator_weight=training_flags.DISCRIMINATOR_WEIGHT.value,
        finetune_eta=training_flags.FINETUNE_ETA.value,
        eta_points_weight=training_flags.ETA_POINTS_WEIGHT.value,
        eta_image_weight=training_flags.ETA_IMAGE_WEIGHT.value,
        pool_size=training_flags.POOL_SIZE.value,
        d_y_noise=training_flags.D_Y_NOISE.value,
        d_y_noise_until=training_flags.TRAIN_STEPS.value,
    )


def make_run(
    workdir: str,
    data_dir: str,
    info: records.DatasetInfo,
    arch: architecture.Architecture,
) -> fitting.Run:
    """What all stages share.

    Raises:
      errors.UserError: --profile_steps are no two updates.
    """
    return fitting.Run(
        workdir,
        arch,
        data_dir,
        info,
        batch_size=training_flags.BATCH_SIZE.value,
        learning_rate=training_flags.LEARNING_RATE.value,
        decay_share=training_flags.DECAY_SHARE.value,
        seed=dataset_flags.SEED.value,
        checkpoint_every=training_flags.CHECKPOINT_EVERY.value,
        keep=training_flags.KEEP.value,
        log_every=training_flags.LOG_EVERY.value,
        image_every=training_flags.IMAGE_EVERY.value,
        profile_steps=_profile_steps(),
        pair_window=training_flags.PAIR_WINDOW.value,
        tps=training_flags.TPS.value,
        eta_tps=training_flags.ETA_TPS.value,
        ema_momentum=training_flags.EMA_MOMENTUM.value,
        augment=training_flags.AUGMENT.value,
        mirror=training_flags.MIRROR.value,
    )


def _profile_steps() -> tuple[int, ...]:
    given = training_flags.PROFILE_STEPS.value
    if not given:
        return ()
    try:
        first, last = (int(step) for step in given)
    except ValueError:
        first, last = 1, 0
    if not 0 < first <= last:
        raise errors.UserError(
            f"--profile_steps={','.join(given)}: give the first and the last "
            "update to trace, such as 100,110."
        )
    return first, last


def choose_perceptual_network(size: int) -> Callable[[], keras.Model]:
    """What makes the perceptual network, for images of `size` pixels."""
    if training_flags.PERCEPTUAL.value == "squeezenet":
        return functools.partial(perceptual.squeezenet, size)
    return functools.partial(
        perceptual.vgg19,
        training_flags.PERCEPTUAL_WEIGHTS.value,
        training_flags.PERCEPTUAL_RELU.value,
    )


def describe(
    data_dir: str, info: records.DatasetInfo, arch: architecture.Architecture
) -> dict:
    """What makes this run the one it is, for run.json.

    What may change from one start of the run to the next, such as --keep, is
    left out.
    """
    with_labels = training_flags.METHOD.value in training_flags.WITH_LABELS
    learnt_from = [info.splits["train"]]
    if with_labels and "labelled" in info.splits:
        learnt_from.append(info.splits["labelled"])
    return {
        "architecture": arch.to_json(),
        "data": {
            "name": info.name,
            "data_dir": records.absolute(data_dir),
            "sha256": [
                shard.sha256
                for split in learnt_from
                for shard in (*split.clip_shards, *split.pose_shards)
            ],
        },
        "training": _values(*training_flags.OF_BOTH_STAGES, dataset_flags.SEED),
        "skeleton": _values(*training_flags.OF_STAGE_1),
        **_description_of_stage_2(),
        "versions": {p: importlib.metadata.version(p) for p in _PACKAGES},
    }


def _description_of_stage_2() -> dict:
    if training_flags.STAGE.value == "skeleton":
        return {}  # its flags may still be chosen
    values = _values(*training_flags.OF_STAGE_2)
    if training_flags.DECAY_SHARE.value or training_flags.D_Y_NOISE.value:
        # They fall towards this update: another would bend their course.
        values["train_steps"] = training_flags.TRAIN_STEPS.value
    return {"landmarks": values}


def _values(*holders: absl_flags.FlagHolder) -> dict:
    return {holder.name: holder.value for holder in holders}
