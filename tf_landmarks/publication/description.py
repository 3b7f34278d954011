"""What is known of a run's detector, without what only its machine knows."""

import json
import os
import pathlib
from collections.abc import Iterable
from typing import Any
from typing import NamedTuple

from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.evaluation import evaluating
from tf_landmarks.publication import model_card

_FLAGS_FILE = "flags.txt"
_FLAGS_OF_THE_MACHINE = ("--workdir", "--data_dir")


class Description(NamedTuple):
    """Of one checkpoint of a run.

    Attributes:
      step: updates that it had.
      run: contents of run.json.
      dataset: of dataset.json.
      flags: of flags.txt.
      metrics: of metrics.json; None where the run was not evaluated.
    """

    step: int
    run: dict
    dataset: dict
    flags: str
    metrics: dict | None

    def files(self, name: str, usage: str, folder: str = "") -> dict[str, str]:
        """Texts by the names of their files.

        Args:
          name: of the detector.
          usage: how to use it, for the card.
          folder: that all but the card go to, from the card's.
        """
        card = model_card.render(
            name,
            usage,
            self.step,
            self.run,
            self.dataset,
            self.metrics,
            self.flags,
            folder,
        )
        texts = {
            "run.json": _json(self.run),
            records.INFO_FILE: _json(self.dataset),
            _FLAGS_FILE: self.flags,
        }
        if self.metrics is not None:
            texts[evaluating.METRICS_FILE] = _json(self.metrics)
        texts = {f"{folder}{file}": text for file, text in texts.items()}
        return texts | {model_card.FILE: card}


def read(workdir: str, step: int) -> Description:
    """Reads it from a run's folder.

    Args:
      workdir: of the run.
      step: of the checkpoint.

    Returns:
      The description, without paths of this machine: of those in dataset.json
      only the last part stays.

    Raises:
      errors.UserError: the folder is not a run's, or its metrics are of
        another checkpoint.
    """
    run = workdirs.read_run(workdir)
    run["data"].pop("data_dir", None)
    dataset = json.loads(_read(workdir, records.INFO_FILE))
    dataset["source"].pop("skipped", None)  # messages with paths in them
    flags = _flags_of_the_run(_read(workdir, _FLAGS_FILE).splitlines())
    return Description(
        step,
        _without_paths(run),
        _without_paths(dataset),
        "\n".join(flags) + "\n",
        _read_metrics(workdir, step),
    )


def _read(workdir: str, name: str) -> str:
    try:
        return (pathlib.Path(workdir) / name).read_text()
    except FileNotFoundError:
        raise errors.UserError(
            f"--workdir={workdir}: there is no {name}; run train on it first"
        ) from None


def _read_metrics(workdir: str, step: int) -> dict | None:
    path = pathlib.Path(workdir) / evaluating.METRICS_FILE
    if not path.exists():
        return None
    metrics = json.loads(path.read_text())
    evaluated = metrics["checkpoint_step"]
    if evaluated != step:
        raise errors.UserError(
            f"--workdir={workdir}: {evaluating.METRICS_FILE} is of update "
            f"{evaluated}, the checkpoint of update {step}; run evaluate with "
            "the same --checkpoint first"
        )
    return metrics


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


def _json(content: dict) -> str:
    return json.dumps(content, indent=1) + "\n"
