import csv
import json

import numpy as np
import pytest

from tf_landmarks.evaluation import protocol_reports

NAN = float("nan")


def _scores(weighted=False):
    column = protocol_reports.Column
    return protocol_reports.Scores(
        protocol="toy",
        landmarks=("head", "tail"),
        paths=["a/0", "a/1", "b/0", "b/1"],
        group_name="activity",
        groups=["walk", "walk", "sit", "walk"],
        group_order=("sit", "walk", "run"),
        units=["a", "a", "b", "b"],
        columns=[
            column("raw", np.array([1.0, 2.0, 8.0, NAN]), "error, as is"),
            column("corrected", np.full(4, NAN), "error, corrected"),
            column("right", np.array([1.0, 0.0, 1.0, NAN]), "share", False),
        ],
        overall="all",
        weighted=weighted,
        facts={"checkpoint_step": 7},
    )


def test_all_is_the_mean_of_groups_however_large():
    rows = _scores().rows()
    assert list(rows) == ["sit", "walk", "run", "all"]
    assert [row["raw"] for row in rows.values()] == [8, 1.5, None, 4.75]
    assert [row["right"] for row in rows.values()] == [1, 0.5, None, 0.75]
    assert rows["all"]["corrected"] is None


def test_or_that_of_images_where_they_are_to_count():
    rows = _scores(weighted=True).rows()
    assert rows["all"]["raw"] == pytest.approx(11 / 3)


def test_json_says_what_was_scored_and_how():
    scores = _scores().with_facts(split="test")
    written = json.loads(json.dumps(scores.to_json(), allow_nan=False))
    assert written["protocol"] == "toy"
    assert written["landmarks"] == ["head", "tail"]
    assert written["num_images"] == 3
    assert written["num_images_not_labelled"] == 1
    assert written["num_images_by_activity"]["walk"] == 2
    assert written["means_by_activity"]["all"]["raw"] == 4.75
    assert written["interval_95_percent"]["raw"] == [4.75, 4.75]
    assert written["interval_95_percent"]["corrected"] is None
    assert written["definitions"]["raw"] == "error, as is"
    assert (written["checkpoint_step"], written["split"]) == (7, "test")


def test_the_table_has_a_row_a_group_and_says_what_lacks():
    lines = _scores().table().splitlines()
    assert lines[0] == "toy: 3 images, 2 landmarks"
    cells = [line.split() for line in lines[3:7]]
    assert cells == [
        ["sit", "8.00", "-", "1.00", "1"],
        ["walk", "1.50", "-", "0.50", "2"],
        ["run", "-", "-", "-", "0"],
        ["all", "4.75", "-", "0.75", "3"],
    ]
    assert lines[7].split()[:3] == ["95", "%", "4.75..4.75"]
    assert "raw: error, as is" in lines
    assert lines[-1] == "all is not comparable: there is no image of run"


def test_remarks_come_last():
    scores = _scores().with_remark("One is old.").with_remark("One is new.")
    lines = scores.table().splitlines()
    assert lines[-2:] == ["One is old.", "One is new."]
    assert "remarks" not in scores.to_json()


def test_csv_has_a_row_an_image(tmp_path):
    _scores().write_csv(tmp_path / "toy.csv")
    with open(tmp_path / "toy.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["path", "activity", "raw", "corrected"],
        ["a/0", "walk", "1", ""],
        ["a/1", "walk", "2", ""],
        ["b/0", "sit", "8", ""],
        ["b/1", "walk", "", ""],
    ]
