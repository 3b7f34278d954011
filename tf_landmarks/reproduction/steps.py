"""The steps of a row, each of which knows whether it is done.

    prepare ─ train stage 1 ─ take it over ─ train ─ evaluate

Steps that several rows have are equal, and done once.
"""

import json
import os
import pathlib
import shutil
from typing import NamedTuple

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import records
from tf_landmarks.evaluation import evaluating
from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import tables

_STEPS_OF = {"skeleton": "skeleton_steps", "landmarks": "train_steps"}
# A run may go on elsewhere.
_FOLDERS = ("data_dir", "workdir", "flagfile", "out")


class Prepare(NamedTuple):
    """Makes data.

    Attributes:
      command: that does it.
      data_dir: where the data go.
      data: that are made.
    """

    command: commands.Command
    data_dir: str
    data: tables.Data

    def is_done(self) -> bool:
        return (pathlib.Path(self.data_dir) / records.INFO_FILE).exists()

    def check(self) -> None:
        """Nothing can have changed: the folder's name says what is in it."""

    def run(self) -> None:
        self.command.run()


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
        """Finds the run to be of these flags, if it has begun.

        Raises:
          errors.UserError: it has begun with others.
        """
        before = _read(self._record)
        if not before or not any(map(self._had, workdirs.STAGES)):
            return
        now = _lasting(self.command)
        changed = next(
            (n for n in now | before if now.get(n) != before.get(n)), None
        )
        if changed is not None:
            raise errors.UserError(
                f"{self.workdir} has begun with "
                f"{_typed(changed, before)}, and this is with "
                f"{_typed(changed, now)}; delete it, or give another --workdir"
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
        folder = workdirs.checkpoints(self.target, "skeleton")
        return bool(workdirs.steps(folder))

    def check(self) -> None:
        """Nothing can have changed that the training does not find."""

    def run(self) -> None:
        source = workdirs.checkpoints(self.source, "skeleton")
        target = workdirs.checkpoints(self.target, "skeleton")
        with staging.new_folder(str(target), "workdir") as folder:
            shutil.copytree(source, folder, dirs_exist_ok=True)


class Evaluate(NamedTuple):
    """Evaluates a run.

    Attributes:
      command: that does it.
      file: that it writes, and that has the row's numbers.
      trained: what is evaluated.
    """

    command: commands.Command
    file: str
    trained: Train

    @property
    def updates(self) -> int:
        """That the detector should have had."""
        return int(self.trained.command.settings()["train_steps"])

    def metrics(self) -> dict | None:
        """What the file says; None where it is not of these flags."""
        metrics = _read(self.file)
        step = metrics.get("checkpoint_step", self.updates)
        # `train` writes such a file as well, which knows nothing of our flags.
        known = _read(self._record) == self._flags()
        return metrics if metrics and step == self.updates and known else None

    @property
    def _record(self) -> str:
        return str(pathlib.Path(self.file).parent / "evaluated_with.json")

    def _flags(self) -> dict:
        return {
            "evaluate": _lasting(self.command),
            "train": _lasting(self.trained.command),
        }

    def is_done(self) -> bool:
        return self.metrics() is not None

    def check(self) -> None:
        """Nothing is lost where flags have changed: it is done again."""

    def run(self) -> None:
        self.command.run()
        _write(self._record, self._flags())


Step = Prepare | Train | TakeOver | Evaluate


def of_row(
    row: tables.Row, table: str, workdir: str, sources: dict[str, str]
) -> list[Step]:
    """The steps of a row that is run, in their order.

    Args:
      row: of the table.
      table: its name.
      workdir: of all tables.
      sources: folders of datasets that others own, by name.
    """
    training = row.training
    trained = _train(training, workdir)
    evaluate = _evaluate(row, table, workdir, trained)
    data = [training.data, *([row.test_data] if row.test_data else [])]
    steps: list[Step] = [_prepare(d, workdir, sources) for d in data]
    if training.stage_1 not in (None, training.folder):
        steps.append(_train_stage_1(training, workdir))
        steps.append(
            TakeOver(
                _join(workdir, training.stage_1),
                _join(workdir, training.folder),
            )
        )
    return [*steps, trained, evaluate]


def _prepare(
    data: tables.Data, workdir: str, sources: dict[str, str]
) -> Prepare:
    folders = tuple(
        f"--{flag}={sources.get(dataset, f'FOLDER_OF_{dataset}')}"
        for flag, dataset in data.sources.items()
    )
    data_dir = _data_dir(data, workdir)
    return Prepare(
        commands.Command(
            "prepare", (*data.flags, *folders, f"--data_dir={data_dir}")
        ),
        data_dir,
        data,
    )


def _train_stage_1(training: tables.Training, workdir: str) -> Train:
    shared = tables.Training(
        training.stage_1,
        training.data,
        (*training.flags, "--stage=skeleton"),
        stage_1=training.stage_1,
    )
    return _train(shared, workdir)._replace(stages=("skeleton",))


def _train(training: tables.Training, workdir: str) -> Train:
    own = _join(workdir, training.folder)
    command = commands.Command(
        "train",
        (
            *training.flags,
            *training.method,
            f"--data_dir={_data_dir(training.data, workdir)}",
            f"--workdir={own}",
        ),
    )
    has_stage_1 = training.stage_1 == training.folder
    stages = ("skeleton", "landmarks") if has_stage_1 else ("landmarks",)
    return Train(command, own, stages, training)


def _evaluate(
    row: tables.Row, table: str, workdir: str, trained: Train
) -> Evaluate:
    out = _join(workdir, f"{table}/{row.name}")
    arguments = [f"--workdir={trained.workdir}"]
    if row.protocol:
        arguments.append(f"--protocol={row.protocol}")
    if row.test_data:
        arguments.append(f"--data_dir={_data_dir(row.test_data, workdir)}")
    if out != trained.workdir:
        arguments.append(f"--out={out}")
    file = f"{row.protocol}.json" if row.protocol else evaluating.METRICS_FILE
    return Evaluate(
        commands.Command("evaluate", tuple(arguments)),
        _join(out, file),
        trained,
    )


def _join(workdir: str, folder: str) -> str:
    return str(pathlib.Path(workdir) / folder)


def _data_dir(data: tables.Data, workdir: str) -> str:
    return _join(workdir, f"data/{data.name}")


def _lasting(command: commands.Command) -> commands.Settings:
    """What of a command's flags must not change."""
    settings = command.settings()
    return {n: v for n, v in settings.items() if n not in _FOLDERS}


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
