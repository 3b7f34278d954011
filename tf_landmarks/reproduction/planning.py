"""Which steps a row needs, with which commands, in which folders.

WORKDIR/data/NAME, WORKDIR/tableN_SCALE/ROW
"""

import pathlib
from collections.abc import Mapping

from tf_landmarks.evaluation import evaluating
from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import steps
from tf_landmarks.reproduction import tables


def of_row(
    row: tables.Row, table: str, workdir: str, sources: Mapping[str, str]
) -> list[steps.Step]:
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
    its_steps: list[steps.Step] = [_prepare(d, workdir, sources) for d in data]
    if training.stage_1 not in (None, training.folder):
        its_steps.append(_train_stage_1(training, workdir))
        its_steps.append(
            steps.TakeOver(
                _join(workdir, training.stage_1),
                _join(workdir, training.folder),
            )
        )
    return [*its_steps, trained, evaluate]


def _prepare(
    data: tables.Data, workdir: str, sources: Mapping[str, str]
) -> steps.Prepare:
    folders = tuple(
        f"--{flag}={sources.get(dataset, f'FOLDER_OF_{dataset}')}"
        for flag, dataset in data.sources.items()
    )
    data_dir = _data_dir(data, workdir)
    return steps.Prepare(
        commands.Command(
            "prepare", (*data.flags, *folders, f"--data_dir={data_dir}")
        ),
        data_dir,
        data,
    )


def _train_stage_1(training: tables.Training, workdir: str) -> steps.Train:
    shared = tables.Training(
        training.stage_1,
        training.data,
        (*training.flags, "--stage=skeleton"),
        stage_1=training.stage_1,
    )
    return _train(shared, workdir)._replace(stages=("skeleton",))


def _train(training: tables.Training, workdir: str) -> steps.Train:
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
    return steps.Train(command, own, stages, training)


def _evaluate(
    row: tables.Row, table: str, workdir: str, trained: steps.Train
) -> steps.Evaluate:
    out = _join(workdir, f"{table}/{row.name}")
    arguments = [f"--workdir={trained.workdir}"]
    if row.protocol:
        arguments.append(f"--protocol={row.protocol}")
    if row.test_data:
        arguments.append(f"--data_dir={_data_dir(row.test_data, workdir)}")
    if out != trained.workdir:
        arguments.append(f"--out={out}")
    file = f"{row.protocol}.json" if row.protocol else evaluating.METRICS_FILE
    return steps.Evaluate(
        commands.Command("evaluate", tuple(arguments)),
        _join(out, file),
        trained,
    )


def _join(workdir: str, folder: str) -> str:
    return str(pathlib.Path(workdir) / folder)


def _data_dir(data: tables.Data, workdir: str) -> str:
    return _join(workdir, f"data/{data.name}")
