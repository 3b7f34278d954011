"""What a protocol says: a table, a JSON file and a row for each image."""

import csv
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np
import tabulate

from tf_landmarks.evaluation import bootstrap

CONVENTION = (
    "coordinates are of pixels' centres: -1 and 1 are those of the first and "
    "the last pixel of the crop"
)


_MEANS = "means_by_"


def place_of_mean(group_name: str, group: str, column: str) -> str:
    """Where the JSON file has a group's mean: keys, joined by points."""
    return f"{_MEANS}{group_name}.{group}.{column}"


class Column(NamedTuple):
    """A number for each of N images.

    Attributes:
      name: in all files.
      values: float [N]; NaN where not known.
      meaning: with the unit.
      per_image: whether the CSV file has it.
    """

    name: str
    values: np.ndarray
    meaning: str
    per_image: bool = True


class Scores(NamedTuple):
    """N images, scored by a protocol.

    Attributes:
      protocol: its name.
      landmarks: that are scored.
      paths: [N], of the images: clip and frame number.
      group_name: what the groups are: "activity" or "subset".
      groups: [N], the group of each image.
      group_order: the groups that there are by the protocol, in its order.
      units: [N], what the bootstrap draws.
      columns: what was measured.
      overall: name of the row of all: the mean of the groups' means, or of
        all images where `weighted`.
      weighted: by the number of images.
      facts: more for the JSON file.
      remarks: more lines below the table.
    """

    protocol: str
    landmarks: Sequence[str]
    paths: Sequence[str]
    group_name: str
    groups: Sequence[str]
    group_order: Sequence[str]
    units: Sequence[str]
    columns: Sequence[Column]
    overall: str
    weighted: bool = False
    facts: Mapping[str, Any] = {}
    remarks: Sequence[str] = ()

    def with_facts(self, **facts) -> "Scores":
        """With more facts."""
        return self._replace(facts={**self.facts, **facts})

    def with_remark(self, remark: str) -> "Scores":
        """With one more line below the table."""
        return self._replace(remarks=[*self.remarks, remark])

    def rows(self) -> dict[str, dict[str, float | None]]:
        """Of each group, then overall: the columns' means; None: not known."""
        groups = np.asarray(self.groups)
        rows = {
            group: {
                c.name: _mean(c.values[groups == group]) for c in self.columns
            }
            for group in self.group_order
        }
        overall = {
            column.name: _mean(column.values)
            if self.weighted
            else _mean([row[column.name] for row in rows.values()])
            for column in self.columns
        }
        return rows | {self.overall: overall}

    def intervals(self) -> dict[str, tuple[float, float] | None]:
        """Of each column's overall mean; see `bootstrap`."""
        everything = [self.overall] * len(self.groups)
        groups = everything if self.weighted else self.groups
        return {
            column.name: bootstrap.interval(column.values, groups, self.units)
            for column in self.columns
        }

    def counts(self) -> dict[str, int]:
        """Images of each group that are scored, then of all."""
        scored = ~np.isnan(self.columns[0].values)
        groups = np.asarray(self.groups)
        counts = {
            group: int(scored[groups == group].sum())
            for group in self.group_order
        }
        return counts | {self.overall: int(scored.sum())}

    def to_json(self) -> dict[str, Any]:
        """The contents of the JSON file."""
        counts = self.counts()
        return {
            "protocol": self.protocol,
            "landmarks": list(self.landmarks),
            "convention": CONVENTION,
            "num_images": counts[self.overall],
            "num_images_not_labelled": len(self.groups) - counts[self.overall],
            "num_images_by_" + self.group_name: counts,
            _MEANS + self.group_name: self.rows(),
            "interval_95_percent": self.intervals(),
            "definitions": {c.name: c.meaning for c in self.columns},
            **self.facts,
        }

    def table(self) -> str:
        """For a terminal."""
        counts = self.counts()
        names = [column.name.replace("_", " ") for column in self.columns]
        body = [
            [group, *map(_number, row.values()), counts[group]]
            for group, row in self.rows().items()
        ]
        body.append(["95 %", *map(_range, self.intervals().values()), ""])
        table = tabulate.tabulate(
            body,
            headers=[self.group_name, *names, "images"],
            disable_numparse=True,
            stralign="right",
            colalign=["left"],
        )
        title = (
            f"{self.protocol}: {counts[self.overall]} images, "
            f"{len(self.landmarks)} landmarks"
        )
        return "\n".join([title, table, *self._remarks(counts)])

    def _remarks(self, counts: Mapping[str, int]) -> list[str]:
        remarks = [f"{c.name}: {c.meaning}" for c in self.columns]
        missing = [group for group in self.group_order if not counts[group]]
        if missing:
            remarks.append(
                f"{self.overall} is not comparable: there is no image of "
                f"{', '.join(missing)}"
            )
        return [*remarks, *self.remarks]

    def write_csv(self, path: pathlib.Path) -> None:
        """Writes a row an image; an empty cell is not known."""
        columns = [column for column in self.columns if column.per_image]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(
                ["path", self.group_name, *(c.name for c in columns)]
            )
            for i, image in enumerate(self.paths):
                values = [c.values[i] for c in columns]
                writer.writerow(
                    [
                        image,
                        self.groups[i],
                        *("" if np.isnan(v) else f"{v:.6g}" for v in values),
                    ]
                )


def _mean(values) -> float | None:
    """Over the numbers among `values`; None where there is none."""
    known = [v for v in values if v is not None and not np.isnan(v)]
    return float(np.mean(known)) if known else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _range(interval: tuple[float, float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.2f}..{interval[1]:.2f}"
