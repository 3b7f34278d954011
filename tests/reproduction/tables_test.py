"""All tables, as the mains, flagfiles and the paper have them."""

import pytest

from tf_landmarks.reproduction import commands
from tf_landmarks.reproduction import paper_tables
from tf_landmarks.reproduction import small_tables
from tf_landmarks.reproduction import tables

_ALL = (*paper_tables.ALL, *small_tables.ALL)


def _rows():
    return [
        pytest.param(table, row, id=f"{table.name}-{row.model}")
        for table in _ALL
        for row in table.rows
    ]


def test_there_are_five_tables_and_three_small_ones():
    assert [(t.number, t.scale) for t in _ALL] == [
        (1, "paper"),
        (2, "paper"),
        (3, "paper"),
        (4, "paper"),
        (5, "paper"),
        (1, "small"),
        (4, "small"),
        (5, "small"),
    ]


@pytest.mark.parametrize("table, row", _rows())
def test_the_papers_numbers_stand_in_columns_of_the_table(table, row):
    with_paper = {column.name for column in table.columns if column.paper}
    assert set(row.paper) <= with_paper
    assert set(row.places) <= {column.name for column in table.columns}
    assert bool(row.training) == bool(row.name)


@pytest.mark.parametrize("table, row", _rows())
def test_recipes_say_how_many_updates_there_are(table, row):
    if row.training is None:
        return
    train = commands.Command("train", row.training.flags)
    settings = train.settings()
    assert int(settings["train_steps"]) > 0
    if row.training.stage_1:
        assert int(settings["skeleton_steps"]) > 0
    assert f"--image_size={settings['image_size']}" in row.training.data.flags


@pytest.mark.parametrize("table", paper_tables.ALL, ids=lambda t: t.name)
def test_the_papers_runs_keep_their_checkpoints_for_figures_15_and_16(table):
    for row in table.rows:
        if row.training:
            train = commands.Command("train", row.training.flags).settings()
            last, every = int(train["train_steps"]), train["checkpoint_every"]
            # Each stop adds one, which must not push out the first.
            assert int(train["keep"]) > 2 * last // int(every)


def test_a_folder_is_of_one_training():
    by_folder = {}
    for table in _ALL:
        for row in table.rows:
            if row.training:
                folder = row.training.folder
                assert by_folder.setdefault(folder, row.training) is not None
                assert by_folder[folder] == row.training


def test_data_of_one_name_are_of_one_kind():
    by_name = {}
    for table in _ALL:
        for row in table.rows:
            for data in (row.training and row.training.data, row.test_data):
                if data:
                    assert by_name.setdefault(data.name, data) == data


def test_trainings_that_share_a_stage_1_train_it_alike():
    by_stage_1 = {}
    for table in _ALL:
        for row in table.rows:
            if row.training and row.training.stage_1:
                alike = row.training.data, row.training.flags
                stage_1 = row.training.stage_1
                assert by_stage_1.setdefault(stage_1, alike) == alike


def test_only_the_method_tells_the_rows_of_an_ablation_apart():
    rows = small_tables.TABLE_5.rows
    assert [row.training.method for row in rows] == [
        ("--method=cycle_gan",),
        ("--method=conditional_cycle_gan",),
        ("--method=bottleneck_cycle_gan",),
        ("--method=ours",),
    ]
    alike = {row.training._replace(folder="", method=())[2:] for row in rows}
    assert len(alike) == 1


def test_the_times_that_are_told_are_of_what_is_trained():
    for table in small_tables.ALL:
        trained = [row.training for row in table.rows]
        has_stage_1 = any(training.stage_1 for training in trained)
        assert ("stage 1" in table.known_times) == has_stage_1
        assert ("our model" in table.known_times) == has_stage_1
        assert "frames" in table.known_times  # are rendered


def test_our_model_is_trained_once_for_several_tables():
    def ours(table, index):
        return table.rows[index].training

    assert ours(small_tables.TABLE_4, -1) == ours(small_tables.TABLE_5, -1)
    assert ours(paper_tables.TABLE_4, -1) == ours(paper_tables.TABLE_3, 10)
    assert ours(paper_tables.TABLE_5, -1) == ours(paper_tables.TABLE_3, 10)


def test_a_small_prior_is_all_that_rows_of_table_4_differ_in():
    names = [row.training.data.flags for row in small_tables.TABLE_4.rows]
    plain = ("--dataset=avatars", "--image_size=64")
    assert names == [
        (*plain, "--prior_size=50"),
        (*plain, "--prior_size=500"),
        plain,
    ]


def test_a_table_is_named_by_number_and_scale():
    assert small_tables.TABLE_5.name == "table5_small"
    empty = tables.Table(2, "paper", "", "", (), (), "")
    assert empty.name == "table2_paper"
