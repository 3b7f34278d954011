"""A run's folder: what is in it, and how checkpoints are kept.

flags.txt          the run again, with --flagfile
run.json           architecture, data, versions
dataset.json       of the data that it was trained on
checkpoints/STAGE/ step-N.index, step-N.data-*; best-N.*
tensorboard/       metrics.json, contact_sheet.png  (evaluate)
"""

import json
import pathlib
import re
from collections.abc import Mapping

import tensorflow as tf
from absl import logging

from tf_landmarks import errors
from tf_landmarks.models import architecture
from tf_landmarks.models import hourglass_detector
from tf_landmarks.models import image_generator
from tf_landmarks.models import landmark_detector

STAGES = ("skeleton", "landmarks")

# `train --method` of runs whose Ψ paints from y, not from y* = β(η(y)).
WITHOUT_BOTTLENECK = ("cycle_gan", "conditional_cycle_gan")

# A run may go on elsewhere: its data are known by their checksums, and VGG-19's
# weights are the same in each file.
_NOT_BINDING = {"versions", "data_dir", "perceptual_weights"}


def checkpoints(workdir: str, stage: str) -> pathlib.Path:
    """The folder of a stage's checkpoints."""
    return pathlib.Path(workdir) / "checkpoints" / stage


def steps(folder: pathlib.Path, kind: str = "step") -> list[int]:
    """Updates after which there is a checkpoint, ascending."""
    matches = (
        re.fullmatch(rf"{kind}-(\d+)\.index", path.name)
        for path in folder.glob(f"{kind}-*.index")
    )
    return sorted(int(match[1]) for match in matches if match)


def save(
    items: Mapping[str, tf.Module],
    folder: pathlib.Path,
    step: int,
    keep: int,
    kind: str = "step",
) -> None:
    """Writes a checkpoint, then deletes all but `keep` of its kind.

    It and the newest others stay: after a run went back, others may be of more
    updates. TensorFlow writes under another name and renames the index last: a
    checkpoint with an index is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tf.train.Checkpoint(**items).write(str(folder / f"{kind}-{step}"))
    others = [other for other in steps(folder, kind) if other != step]
    for old in others[: max(0, len(others) + 1 - keep)]:
        for path in folder.glob(f"{kind}-{old}.*"):
            path.unlink()


def restore(
    items: Mapping[str, tf.Module],
    folder: pathlib.Path,
    partial: bool = False,
    kind: str = "step",
    only: int | None = None,
) -> int | None:
    """Restores the newest checkpoint that can be read.

    Args:
      items: by symbol, as they were saved.
      folder: of the checkpoints.
      partial: whether the checkpoint may hold more than `items`.
      kind: "step" or "best".
      only: updates of the one checkpoint to restore; None: any.

    Returns:
      The step that it was taken after; None where there is no checkpoint.

    Raises:
      errors.UserError: when there are checkpoints and none can be read.
    """
    available = steps(folder, kind) if only is None else [only]
    for step in reversed(available):
        path = str(folder / f"{kind}-{step}")
        try:
            status = tf.train.Checkpoint(**items).read(path)
            status.assert_existing_objects_matched()
            if partial:
                status.expect_partial()  # else TensorFlow warns of the rest
            else:
                status.assert_consumed()
            return step
        # A cut file gives an IndexError, a flipped bit a DataLossError, one of
        # an older version of this project an AssertionError.
        except (
            tf.errors.OpError,
            AssertionError,
            IndexError,
            ValueError,
        ) as error:
            logging.warning(
                "%s cannot be read and is passed over: %s",
                path,
                str(error).splitlines()[0],
            )
    if only is not None:
        raise errors.UserError(
            f"{folder}/{kind}-{only}: this checkpoint cannot be read; delete "
            f"its files ({kind}-{only}.*) to go on without it."
        )
    if available:
        raise errors.UserError(
            f"{folder}: none of the {len(available)} checkpoints can be read; "
            "restore the folder from a copy, or delete it to start again."
        )
    return None


def read_run(workdir: str) -> dict:
    """What `write_run` wrote.

    Raises:
      errors.UserError: when the folder is not a run's.
    """
    path = pathlib.Path(workdir) / "run.json"
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise errors.UserError(
            f"--workdir={workdir}: there is no run in this folder (no "
            "run.json); give the --workdir that train printed."
        ) from None
    except ValueError as error:  # of JSON, or of UTF-8
        raise errors.UserError(
            f"{path}: not readable as JSON ({error}); restore it from a copy, "
            "or train into a new --workdir."
        ) from None


def read_data_dir(workdir: str) -> str:
    """Where the data were that a run was trained on.

    Raises:
      errors.UserError: when the folder is not a run's, or one that `publish`
        made: these do not say.
    """
    try:
        return read_run(workdir)["data"]["data_dir"]
    except KeyError:
        size = read_architecture(workdir).image_size
        raise errors.UserError(
            f"--data_dir is missing, and {workdir} does not say where its data "
            "are; name a folder that prepare made with "
            f"--image_size={size}."
        ) from None


def read_architecture(workdir: str) -> architecture.Architecture:
    """The networks' of a run.

    Raises:
      errors.UserError: when the folder is not a run's, or one of another
        version of this project.
    """
    run = read_run(workdir)
    try:
        return architecture.from_json(run["architecture"])
    except (KeyError, TypeError, ValueError) as error:
        raise errors.UserError(
            f"--workdir={workdir}: its run.json does not describe networks "
            f"that this version makes ({error!r}); train into a new --workdir."
        ) from error


def write_run(workdir: str, run: Mapping) -> None:
    """Writes run.json, or finds it there with the same contents.

    What was written of a stage binds once that has a checkpoint, the rest
    once any has: a first try may have ended with a mistake.

    Args:
      workdir: made where it is missing.
      run: plain values, in sections; "versions", "data_dir" and
        "perceptual_weights" may differ, and what is under the name of a
        stage is of that stage alone.

    Raises:
      errors.UserError: when the folder belongs to another configuration.
    """
    folder = pathlib.Path(workdir)
    run = json.loads(json.dumps(run))
    before = _binding(workdir)
    different = _difference(before, {k: run.get(k, before[k]) for k in before})
    if different:
        raise errors.UserError(
            f"--workdir={workdir} belongs to a run with another configuration "
            f"({different}); give another --workdir, or the same flags to go "
            "on with that run."
        )
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "run.json.tmp"
    started_with = {k: v for k, v in before.items() if k == "versions"}
    run = {**before, **run, **started_with}
    temporary.write_text(json.dumps(run, indent=1) + "\n")
    temporary.rename(folder / "run.json")


def _binding(workdir: str) -> dict:
    """What of a run.json that is there must not change."""
    trained = [s for s in STAGES if steps(checkpoints(workdir, s))]
    if not trained or not (pathlib.Path(workdir) / "run.json").exists():
        return {}
    return {
        name: section
        for name, section in read_run(workdir).items()
        if name not in STAGES or name in trained
    }


def _difference(before: Mapping, now: Mapping, prefix: str = "") -> str:
    """Names the first value of `before` that differs, or "".

    What is new has come with a newer version of this project.
    """
    for key in sorted(before.keys() - _NOT_BINDING):
        old, new = before[key], now.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            different = _difference(old, new, prefix + key + ".")
            if different:
                return different
        elif old != new:
            return f"{prefix}{key} was {_short(old)}, is {_short(new)}"
    return ""


def _short(value) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def load_detector(
    workdir: str, kind: str = "step"
) -> tuple[
    landmark_detector.LandmarkDetector | hourglass_detector.HourglassDetector,
    int,
]:
    """The trained detector of a run, and the updates that it has had.

    Args:
      workdir: of the run.
      kind: "step", the newest checkpoint that can be read, or "best".

    Raises:
      errors.UserError: when there is no run, or none of its checkpoints.
    """
    arch = read_architecture(workdir)
    if read_method(workdir) == "hourglass":
        detector = hourglass_detector.HourglassDetector(arch)
        items = {"hourglass": detector.hourglass}
    else:
        detector = landmark_detector.LandmarkDetector(arch)
        items = {"phi": detector.phi, "eta": detector.eta}
    detector(tf.zeros([1, arch.image_size, arch.image_size, 3]))
    folder = checkpoints(workdir, "landmarks")
    step = restore(items, folder, partial=True, kind=kind)
    if step is None and steps(folder):
        raise errors.UserError(
            f"--checkpoint=best: {folder} holds no best checkpoint; drop the "
            "flag to take the newest."
        )
    if step is None:
        raise errors.UserError(
            f"--workdir={workdir}: no checkpoint of a detector in {folder}; "
            "run train on it first, to the end of --stage=landmarks."
        )
    return detector, step


def read_method(workdir: str) -> str:
    """What `train --method` a run has: "ours" in those from before it.

    Raises:
      errors.UserError: when the folder is not a run's.
    """
    return read_run(workdir).get("landmarks", {}).get("method", "ours")


def load_phi_and_eta(
    workdir: str, kind: str = "step"
) -> tuple[landmark_detector.LandmarkDetector, int]:
    """`load_detector`, of detectors that are η after Φ only.

    Raises:
      errors.UserError: as there, or the run is of another detector.
    """
    if read_method(workdir) == "hourglass":
        raise errors.UserError(
            f"--workdir={workdir}: a stacked hourglass has no phi and eta; it "
            "is there to be evaluated: give a run of another --method."
        )
    return load_detector(workdir, kind)


def holds(workdir: str, symbol: str, step: int, kind: str = "step") -> bool:
    """Whether a checkpoint of stage 2 has a network: "psi", "phi", ..."""
    path = checkpoints(workdir, "landmarks") / f"{kind}-{step}"
    names = (name for name, _ in tf.train.list_variables(str(path)))
    return any(name.startswith(f"{symbol}/") for name in names)


def load_generator(
    workdir: str, step: int, kind: str = "step"
) -> image_generator.ImageGenerator | None:
    """The trained Ψ(y_star, x_prime); None where a run has none.

    Args:
      workdir: of the run.
      step: that `load_detector` gave.
      kind: of checkpoint, see there.

    Raises:
      errors.UserError: Ψ is in the checkpoint, and cannot be read.
    """
    is_of_y = read_method(workdir) in WITHOUT_BOTTLENECK
    if is_of_y or not holds(workdir, "psi", step, kind):
        return None
    arch = read_architecture(workdir)
    psi = arch.psi()
    shape = arch.skeleton_shape
    psi((tf.zeros([1, *shape]), tf.zeros([1, *shape[:2], 3])))
    # A run under way may have saved a newer one since.
    folder = checkpoints(workdir, "landmarks")
    restore({"psi": psi}, folder, partial=True, kind=kind, only=step)
    return psi
