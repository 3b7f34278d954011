"""The steps of a row, each of which knows whether it is done.

    prepare ─ train stage 1 ─ take it over ─ train ─ evaluate

Steps that several rows have are equal, and done once.
"""

import json
import os
import pathlib
import shutil
from collections.abc import Collection
from typing import NamedTuple

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import tables

_STEPS_OF = {"skeleton": "skeleton_steps", "landmarks": "train_steps"}
# A run may go on elsewhere, and keep more of its checkpoints than before.
_MAY_CHANGE = (
    "data_dir",
    "workdir",
    "flagfile",
    "out",
    "perceptual_weights",
    "keep",
)


class Prepare(NamedTuple):
    """Makes data.

    Attributes:
      command: that does it.
      data_dir: where the data go.
      data: that are made.
      not_given: flags whose folders the user has not given.
    """

    command: commands.Command
    data_dir: str
    data: tables.Data
    not_given: tuple[str, ...] = ()

    def is_done(self) -> bool:
        return (pathlib.Path(self.data_dir) / records.INFO_FILE).exists()

    @property
    def _record(self) -> str:
        return str(pathlib.Path(self.data_dir) / "prepared_with.json")

    @property
    def flags(self) -> commands.Settings:
        """With whole paths: the next command may be typed elsewhere."""
        flags = _lasting(self.command)
        folders = {n: os.path.abspath(flags[n]) for n in self.data.sources}
        return flags | folders

    def check(self) -> None:
        """Finds the data to be of these flags, if they are there.

        Data without a record are taken as they are: `prepare` was run by hand,
        or was stopped at its very end.

        Raises:
          errors.UserError: they were prepared with others.
        """
        before = _read(self._record)
        if not before or not self.is_done():
            return
        change = self.change_since(before)
        if change:
            raise errors.UserError(
                f"{self.data_dir} was prepared with {change}; delete it, or "
                "give what it was prepared with"
            )

    def change_since(self, before: commands.Settings) -> str:
        """The first flag that is not as it was; none: ""."""
        of_no_matter = set(self.not_given)  # what is done needs no folder
        if "skip_bad" not in before:
            of_no_matter.add("skip_bad")  # no file was bad
        return _change(before, self.flags, of_no_matter)

    def run(self) -> None:
        self.command.run()
        _write(self._record, self.flags)


class Train(NamedTuple):
    """Trains stages of a run, to their ends.

    Attributes:
      command: that does it.
      workdir: of the run.
      stages: that are to be trained here, of `workdirs.STAGES`.
      training: that the command is of.
    """

    command: commands.Command
    workdir: str
    stages: tuple[str, ...]
    training: tables.Training

    def updates_left(self) -> dict[str, int]:
        """By stage."""
        settings = self.command.settings()
        return {
            stage: max(0, int(settings[_STEPS_OF[stage]]) - self._had(stage))
            for stage in self.stages
        }

    def _had(self, stage: str) -> int:
        folder = workdirs.checkpoints(self.workdir, stage)
        return max(workdirs.steps(folder), default=0)

    @property
    def _record(self) -> str:
        return str(pathlib.Path(self.workdir) / "trained_with.json")

    def is_done(self) -> bool:
        return not any(self.updates_left().values())

    def check(self) -> None:
        """Finds the run to be of these flags and data, if it has begun.

        Raises:
          errors.UserError: it has begun with others.
        """
        if not any(map(self._had, self.stages)):
            return  # a first try may have ended with a mistake
        before = _read(self._record)
        change = before and _change(before, _lasting(self.command))
        if change:
            raise errors.UserError(
                f"{self.workdir} has begun with {change}; delete it, or give "
                "another --workdir"
            )
        data_dir = self.command.settings()["data_dir"]
        trained_on, now = _shards(self.workdir), _shards(data_dir)
        if trained_on and now and trained_on != now:
            raise errors.UserError(
                f"{self.workdir} was trained on other data than those in "
                f"{data_dir}; delete it, or put its data back"
            )

    def run(self) -> None:
        _write(self._record, _lasting(self.command))
        self.command.run()


class TakeOver(NamedTuple):
    """Copies the checkpoints of a stage 1, so that `train` finds it done.

    Attributes:
      source: workdir of the run that has it.
      target: workdir of the run that is to have it.
    """

    source: str
    target: str

    @property
    def command(self) -> str:
        source, target = (
            workdirs.checkpoints(workdir, "skeleton")
            for workdir in (self.source, self.target)
        )
        return f"mkdir -p {target.parent} && cp -r {source} {target}"

    def is_done(self) -> bool:
        """Of the stage 1 that is there, unless stage 2 has begun with one."""
        source = _newest_index(self.source, "skeleton")
        target = _newest_index(self.target, "skeleton")
        has_begun = _newest_index(self.target, "landmarks")
        return bool(target and (has_begun or source in (b"", target)))

    def run(self) -> None:
        source = workdirs.checkpoints(self.source, "skeleton")
        target = workdirs.checkpoints(self.target, "skeleton")
        shutil.rmtree(target, ignore_errors=True)  # of another stage 1
        with staging.new_folder(str(target), "workdir") as folder:
            shutil.copytree(source, folder, dirs_exist_ok=True)


class Evaluate(NamedTuple):
    """Evaluates a run.

    Attributes:
      command: that does it.
      file: that it writes, and that has the row's numbers.
      trained: what is evaluated.
      prepared: what it is evaluated on.
    """

    command: commands.Command
    file: str
    trained: Train
    prepared: Prepare

    @property
    def updates(self) -> int:
        """That the detector should have had."""
        return int(self.trained.command.settings()["train_steps"])

    def metrics(self) -> dict | None:
        """What the file says; None where it is not of these flags and data."""
        metrics = _read(self.file)
        step = metrics.get("checkpoint_step", self.updates)
        is_ours = metrics and step == self.updates and self._is_recorded()
        return metrics if is_ours else None

    def _is_recorded(self) -> bool:
        """Whether the file is recorded to be of these flags, run and data."""
        # `train` writes such a file as well, and no record.
        before, now = _read(self._record), self._to_record()
        if before.keys() != now.keys():
            return False
        same = {name for name in now if before[name] == now[name]}
        if self.prepared.is_done():
            of_data = "data" in same
        else:  # they may be gone, if others are not given
            of_data = not self.prepared.change_since(before["prepare"])
        return of_data and same >= {"evaluate", "train", "trained_on"}

    @property
    def _record(self) -> str:
        return str(pathlib.Path(self.file).parent / "evaluated_with.json")

    def _to_record(self) -> dict:
        return {
            "evaluate": _lasting(self.command),
            "train": _lasting(self.trained.command),
            "trained_on": _shards(self.trained.workdir),
            "prepare": self.prepared.flags,
            "data": _shards(self.prepared.data_dir),
        }

    def is_done(self) -> bool:
        return self.metrics() is not None

    def run(self) -> None:
        """Evaluates.

        Raises:
          errors.UserError: it failed; or it was not of the last checkpoint,
            as that cannot be read.
        """
        self.command.run()
        _write(self._record, self._to_record())
        if not self.is_done():
            folder = workdirs.checkpoints(self.trained.workdir, "landmarks")
            raise errors.UserError(
                f"{self.file} is not of update {self.updates}: the checkpoint "
                f"cannot be read; delete {folder}/step-{self.updates}.*, and "
                "the same command trains on from the one before"
            )


Step = Prepare | Train | TakeOver | Evaluate


def _shards(folder: str) -> dict:
    """With checksums, by split: of data, or those that a run was trained on."""
    info = _read(str(pathlib.Path(folder) / records.INFO_FILE))
    return info.get("splits", {})


def _newest_index(workdir: str, stage: str) -> bytes:
    """With the checksums of a stage's last checkpoint; b"": it has none."""
    folder = workdirs.checkpoints(workdir, stage)
    last = max(workdirs.steps(folder), default=None)
    return b"" if last is None else (folder / f"step-{last}.index").read_bytes()


def _lasting(command: commands.Command) -> commands.Settings:
    """What of a command's flags must not change."""
    settings = command.settings()
    return {n: v for n, v in settings.items() if n not in _MAY_CHANGE}


def _change(
    before: commands.Settings,
    now: commands.Settings,
    of_no_matter: Collection[str] = (),
) -> str:
    """The first flag that is not as it was, both ways; none: ""."""
    for name in now | before:
        if name not in of_no_matter and now.get(name) != before.get(name):
            was, is_now = _typed(name, before), _typed(name, now)
            return f"{was}, and this is with {is_now}"
    return ""


def _typed(name: str, settings: commands.Settings) -> str:
    if name not in settings:
        return f"no --{name}"
    return f"--{name}={settings[name]}" if settings[name] else f"--{name}"


def _read(path: str) -> dict:
    """A JSON file; {} where there is none that can be read."""
    try:
        return json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError):
        return {}


def _write(path: str, values: dict) -> None:
    with staging.staged(os.path.dirname(path), "workdir") as folder:
        text = json.dumps(values, indent=1, sort_keys=True)
        (folder / os.path.basename(path)).write_text(text + "\n")
