"""What others need of a run to detect with it, and nothing of its machine."""

import json
import os
import pathlib
from collections.abc import Iterable
from typing import Any
from typing import NamedTuple

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.evaluation import evaluating
from tf_landmarks.publication import model_card

_FLAGS_FILE = "flags.txt"
_FLAGS_OF_THE_MACHINE = ("--workdir", "--data_dir")


class Published(NamedTuple):
    """What was made: its folder, and how large it is."""

    out: str
    bytes: int

    def summary(self) -> str:
        """For the user."""
        return (
            f"{self.bytes / 1e6:.1f} MB in {self.out}; read and complete its "
            f"{model_card.FILE}"
        )


def publish(workdir: str, out: str, kind: str = "step") -> Published:
    """Makes a folder that detect and evaluate take as a run's.

    It holds Φ and η of one checkpoint, run.json, dataset.json, flags.txt,
    metrics.json and MODEL_CARD.md, without paths of this machine: of those in
    dataset.json only the last part stays.

    Args:
      workdir: of a run that was evaluated.
      out: folder to make; its name is the detector's.
      kind: of checkpoint, see `workdirs.load_detector`.

    Raises:
      errors.UserError: see `workdirs.load_detector` and `staging.new_folder`;
        or the run was not evaluated, or at another checkpoint.
    """
    run = workdirs.read_run(workdir)
    detector, step = workdirs.load_detector(workdir, kind)
    metrics = json.loads(_read(workdir, evaluating.METRICS_FILE, "evaluate"))
    _check_step(workdir, metrics, step)
    dataset = json.loads(_read(workdir, records.INFO_FILE, "train"))
    flags = _read(workdir, _FLAGS_FILE, "train").splitlines()
    run["data"].pop("data_dir", None)
    dataset["source"].pop("skipped", None)  # messages with paths in them
    run, dataset = _without_paths(run), _without_paths(dataset)
    card = model_card.render(
        pathlib.Path(os.path.abspath(out)).name, run, dataset, metrics
    )
    with staging.new_folder(out, "out") as folder:
        workdirs.save(
            {"phi": detector.phi, "eta": detector.eta},
            workdirs.checkpoints(str(folder), "landmarks"),
            step,
            keep=1,
        )
        workdirs.write_run(str(folder), run)
        _write_json(folder / records.INFO_FILE, dataset)
        _write_json(folder / evaluating.METRICS_FILE, metrics)
        kept = "\n".join(_flags_of_the_run(flags))
        (folder / _FLAGS_FILE).write_text(kept + "\n")
        (folder / model_card.FILE).write_text(card)
        files = [path for path in folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
    return Published(out, size)


def _read(workdir: str, name: str, writer: str) -> str:
    try:
        return (pathlib.Path(workdir) / name).read_text()
    except FileNotFoundError:
        raise errors.UserError(
            f"--workdir={workdir}: there is no {name}; run {writer} on it first"
        ) from None


def _check_step(workdir: str, metrics: dict, step: int) -> None:
    evaluated = metrics["checkpoint_step"]
    if evaluated != step:
        raise errors.UserError(
            f"--workdir={workdir}: {evaluating.METRICS_FILE} is of update "
            f"{evaluated}, the checkpoint of update {step}; run evaluate with "
            "the same --checkpoint first"
        )


def _without_paths(value: Any) -> Any:
    """A JSON value with absolute paths cut down to their last part."""
    if isinstance(value, dict):
        return {key: _without_paths(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_paths(part) for part in value]
    if isinstance(value, str) and _is_path(value):
        return pathlib.PurePath(value).name
    return value


def _is_path(value: str) -> bool:
    return os.path.isabs(value) or value.startswith("~")


def _flags_of_the_run(lines: Iterable[str]) -> list[str]:
    """The lines of flags.txt that say something on other machines too."""
    kept = []
    for line in lines:
        flag, _, value = line.partition("=")
        if flag not in _FLAGS_OF_THE_MACHINE and not _is_path(value):
            kept.append(line)
    return kept


def _write_json(path: pathlib.Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")
