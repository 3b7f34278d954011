"""Writes a source and tells what came of it."""

import hashlib
import pathlib
from typing import NamedTuple

import platformdirs

from tf_landmarks import errors
from tf_landmarks import packages
from tf_landmarks import skeletons
from tf_landmarks import staging
from tf_landmarks.data import clips
from tf_landmarks.data import distributions
from tf_landmarks.data import preview
from tf_landmarks.data import pseudo_labels
from tf_landmarks.data import records
from tf_landmarks.data import writing
from tf_landmarks.data.sources import avatars
from tf_landmarks.data.sources import demo_body
from tf_landmarks.data.sources import talking_face


class Own(NamedTuple):
    """A dataset that needs nothing of the user's.

    Attributes:
      name: of it.
      image_size: S of the crops.
      production: of avatars: what is to be rendered, and how.
    """

    name: str
    image_size: int
    production: avatars.Production = avatars.Production()


def own_source(own: Own) -> clips.Source:
    """The source of a dataset that needs nothing of the user's.

    Raises:
      errors.UserError: there is no such dataset, or it cannot be made.
    """
    if own.name in talking_face.DATASETS:
        return talking_face.source(own.image_size)
    if own.name == demo_body.NAME:
        return demo_body.source()
    if own.name == avatars.NAME:
        return avatars.source(own.image_size, own.production)
    raise errors.UserError(
        f"--dataset={own.name} cannot be made by itself; choose demo, "
        "talking_face, demo_body or avatars, or prepare data that you have "
        "(--dataset=video, h36m, ...) and give --data_dir"
    )


def prepare_cached(own: Own, labeller: str) -> str:
    """Prepares a dataset that can make itself, in the user's cache, once.

    Once for each version of the code that makes it: what an earlier one left
    may be other data.

    Args:
      own: the dataset.
      labeller: "none", or "dlib" for pseudo-labels.

    Returns:
      the prepared folder.

    Raises:
      errors.UserError: the dataset cannot make itself, or `prepare` fails.
    """
    check_image_size(own.image_size)
    name = f"{_data_name(own.name)}-{own.image_size}-{labeller}"
    if own.name == avatars.NAME:
        name += f"-{own.production.scale}-{own.production.seed}"
    cache = pathlib.Path(platformdirs.user_cache_dir("tf_landmarks"))
    data_dir = cache / "prepared" / _digest_of_code() / name
    if not data_dir.exists():
        source = own_source(own)
        if labeller == "dlib":
            source = pseudo_labels.label_test_split(source)
        bad_files = clips.BadFiles(skip=False)
        prepare(source, str(data_dir), own.image_size, bad_files)
    return str(data_dir)


def _digest_of_code() -> str:
    """Of all modules that have a part in making data."""
    digest = hashlib.sha256()
    of_all = pathlib.Path(skeletons.__file__), pathlib.Path(packages.__file__)
    of_data = pathlib.Path(__file__).parent.rglob("*.py")
    for path in (*of_all, *sorted(of_data)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _data_name(dataset: str) -> str:
    """One name for all datasets that have the same data."""
    same = dataset in talking_face.DATASETS
    return talking_face.NAME if same else dataset


def check_image_size(image_size: int) -> None:
    """Refuses what the networks cannot take.

    Raises:
      errors.UserError: not a multiple of 16, or less than two of them.
    """
    if image_size < 32 or image_size % 16:
        raise errors.UserError(
            f"--image_size={image_size} is not one of 32, 48, 64, ...: it must "
            "divide by 16; choose e.g. 64 or 128"
        )


def prepare(
    source: clips.Source,
    data_dir: str,
    image_size: int,
    bad_files: clips.BadFiles,
) -> None:
    """Writes `source` and its picture into `data_dir`, and prints a report.

    Raises:
      errors.UserError: see `writing.write`.
    """
    written = writing.write(source, data_dir, image_size, bad_files)
    _print_counts(source, written.info)
    print(distributions.table({"prior": written.prior, **written.crops}))
    for name, crops in written.crops.items():
        sentence = distributions.warning(written.prior, name, crops)
        if sentence:
            print(f"warning: {sentence}")
    if bad_files.messages:
        print(f"{len(bad_files.messages)} bad files were skipped:")
        print("\n".join(f"  {message}" for message in bad_files.messages))
    with staging.staged(data_dir, "data_dir") as folder:
        preview.render(data_dir, written.info).save(folder / preview.FILE)
    print(f"the data are in {data_dir}, with a picture: {preview.FILE}")


def _print_counts(source: clips.Source, info: records.DatasetInfo) -> None:
    for name, split in info.splits.items():
        print(
            f"{name}: {split.clips} clips, {split.frames} frames in "
            f"{split.records} runs, {split.poses} poses"
        )
    for poses in source.poses.values():
        if poses.left_out:
            first = poses.first_left_out
            print(
                f"{poses.left_out} poses were left out"
                + (f", the first {first}" if first else "")
                + ": a landmark is missing or far outside the crop"
            )
    if info.labels:
        print(f"the test split carries {info.labels}")
