"""Prepares raw videos and poses: TFRecords that `train` reads.

bazel run //tf_landmarks:prepare -- --dataset=video --frames=DIR \
    --poses=poses.json --data_dir=OUT
bazel run //tf_landmarks:prepare -- --dataset=h36m --source=DIR --data_dir=OUT
"""

import math
import os

from absl import flags as absl_flags

from flags import data_flags
from flags import dataset_flags
from flags import preparing_flags
from tf_landmarks import command_line
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import importing
from tf_landmarks.data import preparing
from tf_landmarks.data import priors
from tf_landmarks.data import pseudo_labels
from tf_landmarks.data import shards
from tf_landmarks.data import virtual_cameras
from tf_landmarks.data.avatars import scenes
from tf_landmarks.data.sources import avatars
from tf_landmarks.data.sources import h36m
from tf_landmarks.data.sources import simple_h36m
from tf_landmarks.data.sources import video
from tf_landmarks.data.sources import w300

for _module in (data_flags, dataset_flags, preparing_flags):
    absl_flags.adopt_module_key_flags(_module)

# What the sources of some datasets are to know.
_OPTIONS = {
    (avatars.NAME, h36m.NAME): preparing_flags.OF_LABELLED,
    (simple_h36m.NAME,): preparing_flags.OF_SIMPLE_H36M,
    (w300.NAME,): preparing_flags.OF_W300,
}

_POSITIVE = (
    preparing_flags.PRIOR_DISTANCE.name,
    preparing_flags.PRIOR_SCALE.name,
)


def main() -> None:
    """Reads the flags, writes `--data_dir`."""
    data_dir = data_flags.DATA_DIR.value
    if not data_dir:
        raise errors.UserError("--data_dir is missing; name the folder to make")
    shards.check_new(data_dir)  # before anything long
    size = dataset_flags.IMAGE_SIZE.value
    preparing.check_image_size(size)
    bad_files = clips.BadFiles(preparing_flags.SKIP_BAD.value)
    source = _source(size, bad_files)
    if dataset_flags.PSEUDO_LABELS.value == "dlib":
        source = pseudo_labels.label_test_split(source)
    if preparing_flags.PRIOR_SIZE.value:
        source = priors.draw(
            source,
            preparing_flags.PRIOR_SIZE.value,
            dataset_flags.SEED.value,
        )
    preparing.prepare(source, data_dir, size, bad_files)


def _source(size: int, bad_files: clips.BadFiles) -> clips.Source:
    """The source that the flags name."""
    dataset = dataset_flags.DATASET.value
    _check_owners(dataset)
    if dataset == video.NAME:
        return video.source(_paths(), size, _views(), bad_files)
    if dataset in importing.IMPORTERS:
        return importing.source(_order(dataset), size, bad_files)
    return preparing.own_source(
        preparing.Own(
            dataset,
            size,
            avatars.Production(
                dataset_flags.AVATARS_SCALE.value,
                dataset_flags.SEED.value,
                scenes.Cameras(*map(_range, preparing_flags.CAMERAS)),
                preparing_flags.AVATARS_BACKGROUNDS.value,
                preparing_flags.AVATARS_MOTIONS.value,
                preparing_flags.LABELLED.value,
                preparing_flags.AVATARS_PROCESSES.value,
            ),
        )
    )


def _check_owners(dataset: str) -> None:
    """Refuses flags that another dataset would read."""
    owners = {
        (video.NAME,): preparing_flags.OF_VIDEO,
        (avatars.NAME,): preparing_flags.OF_AVATARS,
        tuple(importing.IMPORTERS): preparing_flags.OF_IMPORTED,
        **_OPTIONS,
    }
    for owner, holders in owners.items():
        for holder in holders:
            if dataset not in owner and holder.present:
                raise errors.UserError(
                    f"--{holder.name} is for --dataset={' or '.join(owner)}, "
                    f"and this is --dataset={dataset}; drop one of them"
                )


def _order(dataset: str) -> importing.Order:
    """What the flags say of a dataset of others."""
    order = importing.Order(
        dataset,
        preparing_flags.SOURCE.value,
        preparing_flags.PRIOR.value,
        preparing_flags.PRIOR_SOURCE.value,
        {
            holder.name: holder.value
            for names, holders in _OPTIONS.items()
            if dataset in names
            for holder in holders
        },
    )
    if dataset_flags.PSEUDO_LABELS.value != "none":
        raise errors.UserError(
            f"--pseudo_labels={dataset_flags.PSEUDO_LABELS.value} is for a "
            f"test split without labels, which --dataset={dataset} has not; "
            "drop the flag"
        )
    if not order.folder:
        raise errors.UserError(
            f"--dataset={dataset} needs --source, the folder that holds the "
            "dataset as its owner delivers it"
        )
    if bool(order.prior) != bool(order.prior_folder):
        raise errors.UserError(
            "--prior and --prior_source go together: a dataset, and the "
            "folder that holds it"
        )
    # Now, as it is read after the images.
    if order.prior_folder and not os.path.isdir(order.prior_folder):
        raise errors.UserError(
            f"--prior_source={order.prior_folder}: no such folder; give the "
            f"one that holds {order.prior}"
        )
    return order


def _paths() -> video.Paths:
    paths = video.Paths(
        preparing_flags.FRAMES.value,
        preparing_flags.POSES.value,
        preparing_flags.BOXES.value,
        preparing_flags.TEST_FRAMES.value,
        preparing_flags.TEST_LABELS.value,
    )
    if not paths.frames or not paths.poses:
        raise errors.UserError(
            "--dataset=video needs --frames and --poses: a folder of clips "
            "and a COCO keypoint file"
        )
    if paths.test_labels and not paths.test_frames:
        raise errors.UserError(
            "--test_labels needs --test_frames, the frames that it labels"
        )
    return paths


def _views() -> video.Views:
    return video.Views(
        preparing_flags.PRIOR_CAMERAS.value,
        dataset_flags.SEED.value,
        virtual_cameras.Ranges(*map(_virtual_range, preparing_flags.RANGES)),
    )


def _virtual_range(holder: absl_flags.FlagHolder) -> virtual_cameras.Range:
    """A range that can be drawn from; sizes and distances are above 0."""
    low, high = _range(holder)
    above = 0.0 if holder.name in _POSITIVE else -math.inf
    if not above < low <= high < math.inf:
        raise _no_range(holder)
    return low, high


def _range(holder: absl_flags.FlagHolder) -> virtual_cameras.Range:
    """The flag's two numbers, LOW,HIGH."""
    try:
        low, high = (float(number) for number in holder.value)
    except ValueError:
        low, high = 1.0, 0.0
    if not low <= high:  # NaN is neither
        raise _no_range(holder)
    return low, high


def _no_range(holder: absl_flags.FlagHolder) -> errors.UserError:
    return errors.UserError(
        f"--{holder.name}={','.join(holder.value)}: give the lowest and "
        f"the highest value, such as {','.join(holder.default)}"
    )


if __name__ == "__main__":
    command_line.run(main)
