"""Which steps a row needs, with which commands, in which folders.

WORKDIR/data/NAME, WORKDIR/tableN_SCALE/ROW; of another seed than 0
WORKDIR/seed_N/tableN_SCALE/ROW
"""

import pathlib
from collections.abc import Mapping
from typing import NamedTuple

from tf_landmarks.evaluation import evaluating
from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import steps
from tf_landmarks.reproduction import tables


class Given(NamedTuple):
    """What the user has.

    Attributes:
      folders: of datasets that others own, by name.
      perceptual_weights: file of VGG-19's weights; None: Keras fetches them.
      skip_bad: leave out the bad files of these datasets.
      seed: of the trainings; data are of seed 0.
    """

    folders: Mapping[str, str]
    perceptual_weights: str | None = None
    skip_bad: bool = False
    seed: int = 0

    @property
    def runs(self) -> str:
        """The folder of all runs below WORKDIR, with those of other seeds."""
        return f"seed_{self.seed}" if self.seed else "."


def of_row(
    row: tables.Row, table: str, workdir: str, given: Given
) -> list[steps.Step]:
    """The steps of a row that is run, in their order.

    Args:
      row: of the table.
      table: its name.
      workdir: of all tables.
      given: by the user.
    """
    training = row.training
    runs = _join(workdir, given.runs)
    trained = _train(training, workdir, given)
    data = [training.data, *([row.test_data] if row.test_data else [])]
    prepared = [_prepare(d, workdir, given) for d in data]
    evaluate = _evaluate(row, f"{runs}/{table}", trained, prepared[-1])
    its_steps: list[steps.Step] = [*prepared]
    if training.stage_1 not in (None, training.folder):
        its_steps.append(_train_stage_1(training, workdir, given))
        its_steps.append(
            steps.TakeOver(
                _join(runs, training.stage_1),
                _join(runs, training.folder),
            )
        )
    return [*its_steps, trained, evaluate]


def _prepare(data: tables.Data, workdir: str, given: Given) -> steps.Prepare:
    theirs = [
        f"--{flag}={given.folders.get(dataset, f'FOLDER_OF_{dataset}')}"
        for flag, dataset in data.sources.items()
    ]
    if theirs and given.skip_bad:
        theirs.append("--skip_bad")
    data_dir = _data_dir(data, workdir)
    return steps.Prepare(
        commands.Command(
            "prepare", (*data.flags, *theirs, f"--data_dir={data_dir}")
        ),
        data_dir,
        data,
        tuple(
            flag
            for flag, dataset in data.sources.items()
            if dataset not in given.folders
        ),
    )


def _train_stage_1(
    training: tables.Training, workdir: str, given: Given
) -> steps.Train:
    shared = tables.Training(
        training.stage_1,
        training.data,
        (*training.flags, "--stage=skeleton"),
        stage_1=training.stage_1,
    )
    return _train(shared, workdir, given)._replace(stages=("skeleton",))


def _train(
    training: tables.Training, workdir: str, given: Given
) -> steps.Train:
    own = _join(_join(workdir, given.runs), training.folder)
    arguments = [
        *training.flags,
        *training.method,
        f"--data_dir={_data_dir(training.data, workdir)}",
        f"--workdir={own}",
    ]
    if given.seed:
        arguments.append(f"--seed={given.seed}")
    if given.perceptual_weights:
        arguments.append(f"--perceptual_weights={given.perceptual_weights}")
    command = commands.Command("train", tuple(arguments))
    has_stage_1 = training.stage_1 == training.folder
    stages = ("skeleton", "landmarks") if has_stage_1 else ("landmarks",)
    return steps.Train(command, own, stages, training)


def _evaluate(
    row: tables.Row,
    folder: str,
    trained: steps.Train,
    prepared: steps.Prepare,
) -> steps.Evaluate:
    out = _join(folder, row.name)
    arguments = [f"--workdir={trained.workdir}"]
    if row.protocol:
        arguments.append(f"--protocol={row.protocol}")
    arguments.append(f"--data_dir={prepared.data_dir}")
    if out != trained.workdir:
        arguments.append(f"--out={out}")
    file = f"{row.protocol}.json" if row.protocol else evaluating.METRICS_FILE
    return steps.Evaluate(
        commands.Command("evaluate", tuple(arguments)),
        _join(out, file),
        trained,
        prepared,
    )


def _join(workdir: str, folder: str) -> str:
    return str(pathlib.Path(workdir) / folder)


def _data_dir(data: tables.Data, workdir: str) -> str:
    return _join(workdir, f"data/{data.name}")
