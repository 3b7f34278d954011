"""Trains a landmark detector from unlabelled clips and unpaired poses.

bazel run //tf_landmarks:train -- --dataset=demo

`flags/experiments/NAME.flags` of `--dataset=NAME` is read first; what is typed
wins. The same command goes on where a run has stopped.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import functools
import os
import pathlib

import tensorflow as tf
from absl import flags as absl_flags
from absl import logging

from flags import data_flags
from flags import dataset_flags
from flags import model_flags
from flags import run_flags
from flags import training_flags
from tf_landmarks import errors
from tf_landmarks import run_from_flags
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import importing
from tf_landmarks.data import integrity
from tf_landmarks.data import preparing
from tf_landmarks.data import records
from tf_landmarks.data.sources import avatars
from tf_landmarks.data.sources import demo_body
from tf_landmarks.data.sources import talking_face
from tf_landmarks.detection import detecting
from tf_landmarks.evaluation import evaluating
from tf_landmarks.evaluation import held_out
from tf_landmarks.models import architecture
from tf_landmarks.models import precision
from tf_landmarks.training import fitting
from tf_landmarks.training import running

_FLAGS = (data_flags, dataset_flags, model_flags, run_flags, training_flags)
for _module in _FLAGS:
    absl_flags.adopt_module_key_flags(_module)

# What to show a detector on that was trained on these.
_VIDEOS = {
    talking_face.NAME: talking_face.video,
    demo_body.NAME: demo_body.video,
}


def main() -> None:
    """Prepares where that can be done alone, trains, evaluates, draws."""
    _check_pool()
    _check_method()
    dataset = dataset_flags.DATASET.value
    importing.check_trained_on(dataset)
    workdir = run_flags.WORKDIR.value or os.path.join("runs", dataset)
    data_dir = data_flags.DATA_DIR.value or preparing.prepare_cached(
        preparing.Own(
            dataset,
            dataset_flags.IMAGE_SIZE.value,
            avatars.Production(dataset_flags.AVATARS_SCALE.value),
        ),
        dataset_flags.PSEUDO_LABELS.value,
    )
    info = records.read_info(data_dir)
    _check_data(data_dir, info)
    arch = run_from_flags.make_architecture(info)
    with staging.locked(pathlib.Path(workdir), f"--workdir={workdir}"):
        _describe(workdir, data_dir, info, arch)
        run = run_from_flags.make_run(workdir, data_dir, info, arch)
        try:
            with precision.policy(_policy()):
                _train(run)
        except tf.errors.DataLossError as error:
            raise integrity.explain_data_loss(error, data_dir) from error
        if training_flags.STAGE.value != "skeleton":
            _show(run)


def _policy() -> str:
    if not training_flags.MIXED_PRECISION.value:
        return "float32"
    if not precision.has_bfloat16():
        logging.info(
            "--mixed_precision: no instructions for bfloat16 here; this "
            "trains in float32, which is faster then."
        )
        return "float32"
    return "mixed_bfloat16"


def _check_pool() -> None:
    if (
        training_flags.STAGE.value == "skeleton"
        or training_flags.METHOD.value in training_flags.WITH_LABELS
    ):
        return  # no discriminator, and no pool for it
    if 0 < training_flags.POOL_SIZE.value < training_flags.BATCH_SIZE.value:
        raise errors.UserError(
            f"--batch_size={training_flags.BATCH_SIZE.value} is more than the "
            f"--pool_size={training_flags.POOL_SIZE.value} images of the pool; "
            "give a larger pool or a smaller batch."
        )


def _check_method() -> None:
    """Refuses a stage 1 that nothing would follow; tells what has no part."""
    method = training_flags.METHOD.value
    is_skeleton = training_flags.STAGE.value == "skeleton"
    if method in training_flags.WITH_LABELS and is_skeleton:
        raise errors.UserError(
            f"--stage=skeleton: --method={method} learns from labels and has "
            "no stage 1; drop one of the two flags."
        )
    if method in workdirs.WITHOUT_BOTTLENECK:
        weights = (
            training_flags.CONSISTENCY_WEIGHT,
            training_flags.ADVERSARIAL_Y_STAR_WEIGHT,
        )
        idle = [f"--{w.name}={w.value:g}" for w in weights if w.value]
        if idle:
            logging.info(
                "--method=%s paints from y itself: no part for %s.",
                method,
                " ".join(idle),
            )


def _check_data(data_dir: str, info: records.DatasetInfo) -> None:
    """Refuses data to evaluate on, of another size, or that cannot be drawn."""
    if "train" not in info.splits:
        raise errors.UserError(
            f"--data_dir={data_dir} has no split 'train': {info.name} is to "
            "evaluate on; train on other data"
        )
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
    if draw == "sides" and (left == right or not left or not right):
        raise errors.UserError(
            f"--draw=sides: the edges in --data_dir={data_dir} do not tell "
            "left from right by landmarks named left_ and right_; give "
            "--draw=limbs."
        )


def _describe(
    workdir: str,
    data_dir: str,
    info: records.DatasetInfo,
    arch: architecture.Architecture,
) -> None:
    """Writes what it takes to repeat the run, or finds it the same."""
    description = run_from_flags.describe(data_dir, info, arch)
    workdirs.write_run(workdir, description)
    with staging.staged(workdir, "workdir") as folder:
        (folder / "flags.txt").write_text(_flags_text())
        (folder / records.INFO_FILE).write_text(records.info_to_json(info))


def _flags_text() -> str:
    """The flags of this main, a line each, without those of libraries.

    With --flagfile they win over the experiment's; so, but for folders, none
    is None, which cannot be written.
    """
    by_module = absl_flags.FLAGS.flags_by_module_dict()
    flags = (flag for module in _FLAGS for flag in by_module[module.__name__])
    lines = (flag.serialize() for flag in flags)
    return "".join(f"{line}\n" for line in lines if line)  # of None: ""


def _train(run: fitting.Run) -> None:
    stage = training_flags.STAGE.value
    method = training_flags.METHOD.value
    steps = training_flags.TRAIN_STEPS.value
    if method in training_flags.WITH_LABELS:
        running.train_supervised(run, steps, method)
        return
    if stage in ("all", "skeleton"):
        running.train_skeleton(run, training_flags.SKELETON_STEPS.value)
    if stage in ("all", "landmarks"):
        frames = held_out.load_frames(run.data_dir, run.info)
        running.train_landmarks(
            run,
            steps,
            run_from_flags.choose_perceptual_network(run.arch.image_size),
            run_from_flags.make_objective(),
            frames and functools.partial(held_out.errors, frames=frames),
            method,
        )


def _show(run: fitting.Run) -> None:
    """Evaluates, draws a video's overlay, and says where everything is.

    Numbers are those of evaluate and detect, in full precision.
    """
    shown = {"TensorBoard": f"tensorboard --logdir={run.workdir}/tensorboard"}
    if "test" in run.info.splits:
        report = evaluating.evaluate_workdir(run.workdir, run.data_dir)
        print(report.table())
        shown["metrics"] = f"{run.workdir}/metrics.json"
        shown["contact sheet"] = f"{run.workdir}/contact_sheet.png"
    if run.info.name in _VIDEOS:
        out = os.path.join(run.workdir, "overlay")
        video, box = _VIDEOS[run.info.name]()
        detecting.detect_video(run.workdir, video, out, box)
        shown["overlay video"] = f"{out}/overlay.mp4"
    for name, where in shown.items():
        print(f"{name:>15}  {where}")


if __name__ == "__main__":
    command_line.run(main, experiment_flag="dataset")
