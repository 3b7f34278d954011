from tf_landmarks.reproduction import body_tables
from tf_landmarks.reproduction import paper_tables
from tf_landmarks.reproduction import planning
from tf_landmarks.reproduction import small_tables


def _commands(row, table, folders=None):
    given = planning.Given(folders or {})
    of_row = planning.of_row(row, table.name, "W", given)
    return [
        step.command
        if isinstance(step.command, str)
        else " ".join((step.command.main, *step.command.arguments))
        for step in of_row
    ]


def test_a_row_of_the_small_ablation():
    table = small_tables.TABLE_5
    recipe = "--dataset=avatars --flagfile=flags/experiments/table5_small.flags"
    assert _commands(table.rows[0], table) == [
        "prepare --dataset=avatars --image_size=64 --data_dir=W/data/avatars",
        f"train {recipe} --stage=skeleton --data_dir=W/data/avatars "
        "--workdir=W/table5_small/stage_1",
        "mkdir -p W/table5_small/cycle_gan/checkpoints && cp -r "
        "W/table5_small/stage_1/checkpoints/skeleton "
        "W/table5_small/cycle_gan/checkpoints/skeleton",
        f"train {recipe} --method=cycle_gan --data_dir=W/data/avatars "
        "--workdir=W/table5_small/cycle_gan",
        "evaluate --workdir=W/table5_small/cycle_gan --data_dir=W/data/avatars",
    ]


def test_another_seed_has_other_runs_of_the_same_data():
    table = small_tables.TABLE_5
    given = planning.Given({}, seed=3)
    its_steps = planning.of_row(table.rows[0], table.name, "W", given)
    prepare, stage_1, take_over, train, evaluate = its_steps
    assert (
        prepare
        == planning.of_row(table.rows[0], table.name, "W", planning.Given({}))[
            0
        ]
    )
    runs = "W/seed_3/table5_small"
    for step, run in ((stage_1, "stage_1"), (train, "cycle_gan")):
        assert step.workdir == f"{runs}/{run}"
        assert step.command.settings()["seed"] == "3"
    assert take_over.source == f"{runs}/stage_1"
    assert take_over.target == f"{runs}/cycle_gan"
    assert evaluate.file == f"{runs}/cycle_gan/metrics.json"


def test_a_row_whose_run_is_another_tables():
    table = small_tables.TABLE_4
    *_, train, evaluate = _commands(table.rows[-1], table)
    assert train.endswith("--workdir=W/table5_small/ours")
    assert evaluate == (
        "evaluate --workdir=W/table5_small/ours --data_dir=W/data/avatars "
        "--out=W/table4_small/all_poses"
    )


def test_a_prior_of_its_own_needs_a_stage_1_of_its_own():
    table = small_tables.TABLE_4
    assert [c.split()[0] for c in _commands(table.rows[0], table)] == [
        "prepare",
        "train",
        "evaluate",
    ]
    row = table.rows[0]
    train = planning.of_row(row, table.name, "W", planning.Given({}))[1]
    assert train.stages == ("skeleton", "landmarks")


def test_what_learns_from_labels_has_no_stage_1():
    table = small_tables.TABLE_1
    row = table.rows[0]
    prepare, train, evaluate = planning.of_row(
        row, table.name, "W", planning.Given({})
    )
    assert "--labelled" in prepare.command.arguments
    assert "--method=hourglass" in train.command.arguments
    assert train.stages == ("landmarks",)
    assert evaluate.file == "W/table1_small/hourglass/metrics.json"


def test_faces_are_evaluated_on_other_data():
    table = paper_tables.TABLE_3
    folders = {"voxceleb": "/v", "multipie": "/m", "w300": "/w"}
    of_row = _commands(table.rows[10], table, folders)
    assert of_row[:2] == [
        "prepare --dataset=voxceleb --image_size=128 --prior=multipie "
        "--source=/v --prior_source=/m --data_dir=W/data/voxceleb_multipie",
        "prepare --dataset=w300 --image_size=128 --source=/w "
        "--data_dir=W/data/w300",
    ]
    assert of_row[-1] == (
        "evaluate --workdir=W/table5_paper/faces_ours --protocol=w300 "
        "--data_dir=W/data/w300 --out=W/table3_paper/multipie"
    )
    # After the regressor: the same steps, other numbers of the same file.
    assert _commands(table.rows[11], table, folders) == of_row


def test_what_the_user_has_goes_to_the_commands():
    table = body_tables.TABLE_1
    row = next(row for row in table.rows if row.training)
    given = planning.Given({"h36m": "H"}, "vgg19.h5", skip_bad=True)
    prepare, *_, train, _ = planning.of_row(row, table.name, "W", given)
    assert "--source=H" in prepare.command.arguments
    assert "--skip_bad" in prepare.command.arguments
    assert "--perceptual_weights=vgg19.h5" in train.command.arguments
    rendered = planning.of_row(
        small_tables.TABLE_5.rows[0], "table5_small", "W", given
    )
    assert "--skip_bad" not in rendered[0].command.arguments
