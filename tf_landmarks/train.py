"""Trains a landmark detector from unlabelled clips and unpaired poses.

bazel run //tf_landmarks:train -- --dataset=demo

`flags/experiments/NAME.flags` of `--dataset=NAME` is read first; what is typed
wins. The same command goes on where a run has stopped.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import functools
import importlib.metadata
import os
import pathlib
from collections.abc import Callable

import tensorflow as tf
from absl import flags as absl_flags
from tensorflow import keras

from flags import data_flags
from flags import dataset_flags
from flags import model_flags
from flags import run_flags
from flags import training_flags
from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import integrity
from tf_landmarks.data import preparing
from tf_landmarks.data import records
from tf_landmarks.data.sources import talking_face
from tf_landmarks.detection import detecting
from tf_landmarks.evaluation import evaluating
from tf_landmarks.evaluation import held_out
from tf_landmarks.models import architecture
from tf_landmarks.models import perceptual
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import running

for _module in (
    data_flags,
    dataset_flags,
    model_flags,
    run_flags,
    training_flags,
):
    absl_flags.adopt_module_key_flags(_module)

_PACKAGES = ("tensorflow", "keras", "numpy", "tensorflow-addons")


def main() -> None:
    """Prepares where that can be done alone, trains, evaluates, draws."""
    _check_pool()
    dataset = dataset_flags.DATASET.value
    workdir = run_flags.WORKDIR.value or os.path.join("runs", dataset)
    data_dir = data_flags.DATA_DIR.value or preparing.prepare_cached(
        preparing.Own(
            dataset,
            dataset_flags.IMAGE_SIZE.value,
            dataset_flags.AVATARS_SCALE.value,
        ),
        dataset_flags.PSEUDO_LABELS.value,
    )
    info = records.read_info(data_dir)
    _check_data(data_dir, info)
    if training_flags.MIXED_PRECISION.value:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    arch = _architecture(info)
    with staging.locked(pathlib.Path(workdir), f"--workdir={workdir}"):
        _describe(workdir, data_dir, info, arch)
        run = _run(workdir, data_dir, info, arch)
        try:
            _train(run)
        except tf.errors.DataLossError as error:
            raise integrity.explain_data_loss(error, data_dir) from error
        if training_flags.STAGE.value != "skeleton":
            _show(run)


def _check_pool() -> None:
    if 0 < training_flags.POOL_SIZE.value < training_flags.BATCH_SIZE.value:
        raise errors.UserError(
            f"--batch_size={training_flags.BATCH_SIZE.value} is more than the "
            f"--pool_size={training_flags.POOL_SIZE.value} images of the pool; "
            "give a larger pool or a smaller batch."
        )


def _check_data(data_dir: str, info: records.DatasetInfo) -> None:
    """Refuses data of another size than asked for, or that cannot be drawn."""
    size = dataset_flags.IMAGE_SIZE
    if size.present and size.value != info.image_size:
        raise errors.UserError(
            f"--data_dir={data_dir} has images of {info.image_size} pixels, "
            f"and this is --image_size={size.value}; drop the flag, or prepare "
            "the data with it."
        )
    absl_flags.FLAGS[size.name].value = info.image_size  # for flags.txt
    draw = model_flags.DRAW.value
    if draw != "points" and not info.skeleton.edges:
        raise errors.UserError(
            f"--draw={draw}: the poses in --data_dir={data_dir} have no edges "
            "(categories[0].skeleton); add them and prepare the data again, or "
            "give --draw=points."
        )
    left, right = info.skeleton.edges_of_sides
    if draw == "sides" and left == right:
        raise errors.UserError(
            f"--draw=sides: no edge in --data_dir={data_dir} has a landmark "
            "named left_ or right_; give --draw=limbs."
        )


def _describe(
    workdir: str,
    data_dir: str,
    info: records.DatasetInfo,
    arch: architecture.Architecture,
) -> None:
    """Writes what it takes to repeat the run, or finds it the same."""
    workdirs.write_run(workdir, _description(data_dir, info, arch))
    with staging.staged(workdir, "workdir") as folder:
        flags = absl_flags.FLAGS.flags_into_string()
        (folder / "flags.txt").write_text(flags)
        (folder / records.INFO_FILE).write_text(records.info_to_json(info))


def _description(
    data_dir: str, info: records.DatasetInfo, arch: architecture.Architecture
) -> dict:
    """What makes this run the one it is, for run.json."""
    return {
        "architecture": arch.to_json(),
        "data": {
            "name": info.name,
            "data_dir": os.path.abspath(data_dir),
            "sha256": [
                shard.sha256
                for shard in (
                    *info.splits["train"].clip_shards,
                    *info.splits["train"].pose_shards,
                )
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
    values["supervised"] = training_flags.STAGE.value == "supervised"
    if training_flags.DECAY_SHARE.value:
        # The rate falls towards this update: another would bend its course.
        values["train_steps"] = training_flags.TRAIN_STEPS.value
    return {"landmarks": values}


def _values(*holders: absl_flags.FlagHolder) -> dict:
    return {holder.name: holder.value for holder in holders}


def _architecture(info: records.DatasetInfo) -> architecture.Architecture:
    return architecture.Architecture(
        info.skeleton,
        info.image_size,
        model_flags.WIDTH.value,
        draw=model_flags.DRAW.value,
        gamma=model_flags.GAMMA.value,
        literal_renderer=model_flags.LITERAL_RENDERER.value,
        skip_connections=model_flags.SKIP_CONNECTIONS.value,
        eta_instance_norm=model_flags.ETA_INSTANCE_NORM.value,
        separable_softmax=model_flags.SEPARABLE_SOFTMAX.value,
        d_y_norm_first=model_flags.D_Y_NORM_FIRST.value,
    )


def _objective() -> landmark_gan.Objective:
    return landmark_gan.Objective(
        perceptual_weight=training_flags.PERCEPTUAL_WEIGHT.value,
        adversarial_weight=training_flags.ADVERSARIAL_WEIGHT.value,
        consistency_weight=training_flags.CONSISTENCY_WEIGHT.value,
        discriminator_weight=training_flags.DISCRIMINATOR_WEIGHT.value,
        finetune_eta=training_flags.FINETUNE_ETA.value,
        eta_points_weight=training_flags.ETA_POINTS_WEIGHT.value,
        eta_image_weight=training_flags.ETA_IMAGE_WEIGHT.value,
        pool_size=training_flags.POOL_SIZE.value,
    )


def _run(
    workdir: str,
    data_dir: str,
    info: records.DatasetInfo,
    arch: architecture.Architecture,
) -> running.Run:
    return running.Run(
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


def _train(run: running.Run) -> None:
    stage = training_flags.STAGE.value
    if stage == "supervised":
        running.train_supervised(run, training_flags.TRAIN_STEPS.value)
    if stage in ("all", "skeleton"):
        running.train_skeleton(run, training_flags.SKELETON_STEPS.value)
    if stage in ("all", "landmarks"):
        frames = held_out.load_frames(run.data_dir, run.info)
        running.train_landmarks(
            run,
            training_flags.TRAIN_STEPS.value,
            _perceptual_network(run.arch.image_size),
            _objective(),
            frames and functools.partial(held_out.errors, frames=frames),
        )


def _perceptual_network(size: int) -> Callable[[], keras.Model]:
    if training_flags.PERCEPTUAL.value == "squeezenet":
        return functools.partial(perceptual.squeezenet, size)
    return functools.partial(
        perceptual.vgg19,
        training_flags.PERCEPTUAL_WEIGHTS.value,
        training_flags.PERCEPTUAL_RELU.value,
    )


def _show(run: running.Run) -> None:
    """Evaluates, draws the talking face, and says where everything is."""
    # Numbers are those of evaluate and detect, in full precision.
    keras.mixed_precision.set_global_policy("float32")
    shown = {"TensorBoard": f"tensorboard --logdir={run.workdir}/tensorboard"}
    if "test" in run.info.splits:
        report = evaluating.evaluate_workdir(run.workdir, run.data_dir)
        print(report.table())
        shown["metrics"] = f"{run.workdir}/metrics.json"
        shown["contact sheet"] = f"{run.workdir}/contact_sheet.png"
    if run.info.name == talking_face.NAME:
        out = os.path.join(run.workdir, "overlay")
        video, box = talking_face.video()
        detecting.detect_video(run.workdir, video, out, box)
        shown["overlay video"] = f"{out}/overlay.mp4"
    for name, where in shown.items():
        print(f"{name:>15}  {where}")


if __name__ == "__main__":
    command_line.run(main, experiment_flag="dataset")
