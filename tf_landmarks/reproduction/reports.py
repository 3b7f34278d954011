"""A table as far as it has come: text, Markdown and CSV."""

import csv
import io
import pathlib
from typing import NamedTuple

import tabulate

from tf_landmarks import staging
from tf_landmarks.reproduction import tables

# More lines than columns are easier to read where a table has an activity each.
_MOST_COLUMNS = 6
_UNKNOWN = ""


class Outcome(NamedTuple):
    """What came of a row; None throughout where it has not been run.

    Attributes:
      values: by column of the table.
      seed: of the training.
      steps: updates of stage 2.
    """

    values: dict[str, float | None]
    seed: int | None
    steps: int | None


NOT_RUN = Outcome({}, None, None)


def outcome(
    row: tables.Row,
    columns: tuple[tables.Column, ...],
    metrics: dict,
    seed: int,
    steps: int,
) -> Outcome:
    """Takes a row's numbers out of what `evaluate` wrote."""
    values = {}
    for column in columns:
        places = row.places.get(column.name, column.places)
        found = (_find(metrics, place) for place in places)
        values[column.name] = next((v for v in found if v is not None), None)
    return Outcome(values, seed, steps)


def _find(metrics: dict, place: str) -> float | None:
    value = metrics
    for key in place.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def write(table: tables.Table, outcomes: list[Outcome], out: str) -> None:
    """Writes NAME.txt, NAME.md and NAME.csv.

    Raises:
      errors.UserError: `out` cannot be written to.
    """
    name = pathlib.Path(out) / f"{table.name}.txt"
    with staging.staged_beside(str(name), "out") as folder:
        path = folder / table.name
        path.with_suffix(".txt").write_text(text(table, outcomes))
        path.with_suffix(".md").write_text(markdown(table, outcomes))
        path.with_suffix(".csv").write_text(to_csv(table, outcomes))


def text(table: tables.Table, outcomes: list[Outcome]) -> str:
    """For a terminal."""
    return _document(table, _grid(table, outcomes, "simple"))


def markdown(table: tables.Table, outcomes: list[Outcome]) -> str:
    """For a document."""
    return _document(table, _grid(table, outcomes, "github"))


def _document(table: tables.Table, grid: str) -> str:
    return f"{table.title}\n\n{grid}\n\n{table.remark}\n"


def to_csv(table: tables.Table, outcomes: list[Outcome]) -> str:
    """A row a model: ours, seed, steps, the paper's; empty where not known."""
    with_paper = [column for column in table.columns if column.paper]
    heads = [
        "model",
        *(column.name for column in table.columns),
        "seed",
        "steps",
        *(column.paper for column in with_paper),
    ]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heads)
    for row, came in zip(table.rows, outcomes, strict=True):
        ours = (came.values.get(column.name) for column in table.columns)
        paper = (row.paper.get(column.name) for column in with_paper)
        numbers = [*map(_four, ours), came.seed, came.steps, *paper]
        writer.writerow([row.model, *numbers])
    return file.getvalue()


def _four(value: float | None) -> str | None:
    """Four places: a ten-thousandth of a percent is far below any spread."""
    return None if value is None else f"{value:.4f}"


def _grid(table: tables.Table, outcomes: list[Outcome], style: str) -> str:
    """A line a model, the paper's number beside ours; or, if wide, a column."""
    heads = [""]
    for column in table.columns:
        heads += [column.name, *([column.paper] if column.paper else [])]
    lines = [[*heads, "seed", "steps"]]
    for row, came in zip(table.rows, outcomes, strict=True):
        line = [row.model]
        for column in table.columns:
            line.append(_two(came.values.get(column.name)))
            if column.paper:
                line.append(_two(row.paper.get(column.name)))
        lines.append([*line, _whole(came.seed), _whole(came.steps)])
    if len(table.columns) > _MOST_COLUMNS:
        lines = list(zip(*lines, strict=True))
    return tabulate.tabulate(
        lines[1:],
        headers=lines[0],
        tablefmt=style,
        disable_numparse=True,
        stralign="right",
        colalign=("left",),
    )


def _two(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.2f}"


def _whole(value: int | None) -> str:
    return _UNKNOWN if value is None else f"{value:,}"
