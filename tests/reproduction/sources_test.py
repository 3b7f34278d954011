import pathlib
import re

import pytest

from tf_landmarks import errors
from tf_landmarks.reproduction import paper_tables
from tf_landmarks.reproduction import planning
from tf_landmarks.reproduction import small_tables
from tf_landmarks.reproduction import sources
from tf_landmarks.reproduction import steps

_KNOWN = {"h36m", "w300"}
_PROJECT = pathlib.Path(__file__).absolute().parents[2]


def test_folders_are_found_by_name(tmp_path):
    given = [f"h36m={tmp_path}", f"w300={tmp_path}"]
    assert sources.parse(given, _KNOWN) == {
        "h36m": str(tmp_path),
        "w300": str(tmp_path),
    }
    assert sources.parse([], _KNOWN) == {}


@pytest.mark.parametrize(
    "given, message",
    [
        ("h63m=.", "--sources=h63m=.: give NAME=FOLDER.*one of h36m, w300"),
        ("h36m", "--sources=h36m: give NAME=FOLDER"),
        ("", "--sources=: give NAME=FOLDER"),
        ("h36m=nowhere", "--sources=h36m=nowhere: there is no such folder"),
    ],
)
def test_mistakes_are_told(given, message):
    with pytest.raises(errors.UserError, match=message):
        sources.parse([given], _KNOWN)


def test_the_paper_needs_six_datasets_and_avatars_none():
    rows = [row for table in paper_tables.ALL for row in table.rows]
    assert sources.names(rows) == {
        "h36m",
        "mpi_inf_3dhp",
        "simple_h36m",
        "voxceleb",
        "multipie",
        "w300",
    }
    rows = [row for table in small_tables.ALL for row in table.rows]
    assert sources.names(rows) == set()


def _steps(table, folders):
    return [
        step
        for row in table.rows
        if row.training
        for step in planning.of_row(
            row, table.name, "nowhere", planning.Given(folders)
        )
    ]


def test_what_is_missing_is_told_once_with_how_to_get_it():
    table, folders = paper_tables.TABLE_4, {"w300": "/data/w300"}
    missing = sources.missing(_steps(table, folders), folders)
    assert missing == ["voxceleb", "multipie"]
    assert sources.explain(missing, folders).splitlines() == [
        "voxceleb is missing: docs/datasets/voxceleb.md tells how to get it",
        "multipie is missing: docs/datasets/multipie.md tells how to get it",
        "then give --sources=w300=/data/w300,voxceleb=FOLDER,multipie=FOLDER",
    ]


@pytest.mark.parametrize(
    "name",
    sorted(
        sources.names(row for table in paper_tables.ALL for row in table.rows)
    ),
)
def test_the_page_that_is_named_tells_how_to_get_a_dataset(name):
    told = sources.explain([name], {})
    page = _PROJECT / re.search(r"docs/datasets/\w+\.md", told)[0]
    _, section = page.read_text().split("\n## Getting it\n")
    section = section.split("\n## ")[0]
    assert re.search(r"https?://", section)  # its owner's
    assert re.search("licen[cs]e|research", section)


def test_folders_go_to_prepare():
    folders = {"h36m": "/a", "mpi_inf_3dhp": "/b"}
    prepared = {
        step.data_dir: step.command.arguments
        for step in _steps(paper_tables.ALL[0], folders)
        if isinstance(step, steps.Prepare)
    }
    assert prepared["nowhere/data/h36m_mpi_inf_3dhp"] == (
        "--dataset=h36m",
        "--image_size=128",
        "--prior=mpi_inf_3dhp",
        "--source=/a",
        "--prior_source=/b",
        "--data_dir=nowhere/data/h36m_mpi_inf_3dhp",
    )
