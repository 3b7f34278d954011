import csv
import io

import pytest

from tf_landmarks import errors
from tf_landmarks.reproduction import reports
from tf_landmarks.reproduction import small_tables
from tf_landmarks.reproduction import tables

_HEADS = [
    "model",
    "percent_of_image",
    "percent_of_image_with_flips",
    "seed",
    "steps",
    "paper",
]

_NARROW = tables.Table(
    9,
    "small",
    "A title",
    "A remark.",
    (tables.Column("error", ("a.b", "c"), "paper"),),
    (tables.Row("cited", {"error": 4.5}), tables.Row("ours", {})),
    "Of other machines.",
)


def _narrow_outcomes(metrics):
    came = reports.outcome(
        _NARROW.rows[1], _NARROW.columns, metrics, seed=2, steps=1600
    )
    return [reports.NOT_RUN, came]


def _read(text):
    return list(csv.reader(io.StringIO(text)))


def test_a_table_that_was_not_run_has_the_papers_numbers_alone():
    table = small_tables.TABLE_5
    rows = _read(reports.to_csv(table, [reports.NOT_RUN] * 4))
    assert rows == [
        _HEADS,
        ["CycleGAN", "", "", "", "", "4.39"],
        ["+ conditional generator", "", "", "", "", "4.07"],
        ["+ skeleton-bottleneck", "", "", "", "", "3.01"],
        ["- 2nd cycle = ours", "", "", "", "", "2.91"],
    ]


def test_the_csv_file_has_what_came_of_a_row():
    table = small_tables.TABLE_5
    metrics = {"percent_of_image": 4.43216, "percent_of_image_with_flips": 4}
    row = table.rows[3]
    came = reports.outcome(row, table.columns, metrics, seed=0, steps=1600)
    rows = _read(reports.to_csv(table, [reports.NOT_RUN] * 3 + [came]))
    assert rows[4] == [
        "- 2nd cycle = ours",
        "4.4322",
        "4.0000",
        "0",
        "1600",
        "2.91",
    ]


@pytest.mark.parametrize(
    "metrics, expected",
    [
        ({"a": {"b": 1.0}, "c": 2.0}, "1.0000"),
        ({"a": {"b": None}, "c": 2.0}, "2.0000"),
        ({"a": 7.0, "c": 2.0}, "2.0000"),
        ({"a": {"b": 0.0}, "c": 2.0}, "0.0000"),
        ({}, ""),
    ],
)
def test_the_first_place_that_holds_a_number_counts(metrics, expected):
    rows = _read(reports.to_csv(_NARROW, _narrow_outcomes(metrics)))
    assert rows[2][1] == expected


def test_a_row_may_have_its_numbers_elsewhere():
    row = tables.Row("ours", {}, places={"error": ("d",)})
    came = reports.outcome(row, _NARROW.columns, {"c": 1.0, "d": 3.0}, 0, 1)
    assert came.values == {"error": 3.0}


def test_the_papers_number_stands_beside_ours():
    text = reports.text(_NARROW, _narrow_outcomes({"c": 2.0}))
    lines = [line.split() for line in text.splitlines()]
    assert ["error", "paper", "seed", "steps"] in lines
    assert ["cited", "4.50"] in lines
    assert ["ours", "2.00", "2", "1,600"] in lines
    assert text.startswith("A title\n\n") and text.endswith("\n\nA remark.\n")


def test_markdown_has_a_row_a_model():
    lines = reports.markdown(_NARROW, _narrow_outcomes({})).splitlines()
    cells = [[c.strip() for c in line.split("|")[1:-1]] for line in lines]
    assert cells[2] == ["", "error", "paper", "seed", "steps"]
    assert cells[4] == ["cited", "", "4.50", "", ""]


def test_a_wide_table_has_a_line_a_number():
    names = [f"activity {i}" for i in range(7)]
    wide = _NARROW._replace(
        columns=tuple(tables.Column(n, (n,), f"paper {n}") for n in names),
        rows=(tables.Row("ours", {names[6]: 1.5}), tables.Row("theirs", {})),
    )
    text = reports.text(wide, [reports.NOT_RUN] * 2)
    lines = [line.split() for line in text.splitlines()]
    assert ["ours", "theirs"] in lines
    assert ["paper", "activity", "6", "1.50"] in lines


def test_three_files_are_written(tmp_path):
    reports.write(_NARROW, _narrow_outcomes({}), f"{tmp_path}/tables")
    names = sorted(path.name for path in (tmp_path / "tables").iterdir())
    assert names == ["table9_small.csv", "table9_small.md", "table9_small.txt"]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(errors.UserError, match=r"--out=.*/out"):
        reports.write(_NARROW, _narrow_outcomes({}), f"{tmp_path}/out")
