"""What a table of the paper is made of: rows, trainings, data; plain values.

    Table ── Row ── Training ── Data
              └ the paper's numbers

A training that several rows need, be it of other tables, is the same value
with the same folder, and is run once.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tf_landmarks import skeletons


class Data(NamedTuple):
    """Data that `prepare` makes once.

    Attributes:
      name: of their folder.
      flags: of `prepare`, without folders.
      skeleton: of their poses.
      sources: the datasets that they are made of, each under the flag of
        `prepare` that takes its folder.
    """

    name: str
    flags: tuple[str, ...]
    skeleton: skeletons.Skeleton
    sources: Mapping[str, str] = {}


class Training(NamedTuple):
    """A run of `train`.

    Attributes:
      folder: of the run, below --workdir.
      data: that it learns from.
      flags: of `train`, without folders, that trainings which share a stage 1
        have in common.
      method: flags that are this training's alone, and of stage 2 alone.
      stage_1: folder of the run whose stage 1 it takes over; its own folder,
        or None for what learns from labels and has no stage 1.
    """

    folder: str
    data: Data
    flags: tuple[str, ...]
    method: tuple[str, ...] = ()
    stage_1: str | None = None


class Row(NamedTuple):
    """A row of a table.

    Attributes:
      model: as it is called in the paper.
      paper: its numbers in the paper, by column of ours; what the paper does
        not tell is left out.
      training: None where the row is cited and not run.
      name: of the folder of its results; none where it is cited.
      protocol: of `evaluate`, whose numbers count; none: those of metrics.json.
      test_data: to evaluate on; None: the training's own.
      places: of the numbers in columns where they are not the column's own.
    """

    model: str
    paper: Mapping[str, float]
    training: Training | None = None
    name: str = ""
    protocol: str = ""
    test_data: Data | None = None
    places: Mapping[str, tuple[str, ...]] = {}


class Column(NamedTuple):
    """A number of each row.

    Attributes:
      name: in the table.
      places: of the number in what `evaluate` wrote: keys, with dots between
        them; the first place that holds a number counts.
      paper: name of the column of the paper's numbers beside it; none where
        the paper has none.
    """

    name: str
    places: tuple[str, ...]
    paper: str = ""


class Table(NamedTuple):
    """A table of the paper at a scale.

    Attributes:
      number: in the paper.
      scale: "paper" or "small".
      title: what it shows, and in which unit.
      remark: what to know of the paper's numbers.
      columns: ours.
      rows: in the paper's order.
      known_times: what is known of other machines.
    """

    number: int
    scale: str
    title: str
    remark: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    known_times: str

    @property
    def name(self) -> str:
        """Of its files and its folder."""
        return f"table{self.number}_{self.scale}"
