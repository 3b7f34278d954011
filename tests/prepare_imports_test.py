"""Datasets that others own, from copies of their layouts to tables' rows."""

import functools
import json

import numpy as np
import pytest
import scipy.io
import tensorflow as tf

from tests import tiny_runs
from tests.data import made_files
from tests.data.sources import made_human36m
from tests.data.sources import made_mpi_inf_3dhp
from tests.data.sources import penn_action_files
from tf_landmarks import errors
from tf_landmarks import evaluate
from tf_landmarks import prepare
from tf_landmarks import skeletons
from tf_landmarks import train
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.reproduction import body_tables
from tf_landmarks.reproduction import paper_tables
from tf_landmarks.reproduction import reports

_main = functools.partial(tiny_runs.run_main, prepare.main)


def _clip_features(data_dir, split):
    """Names of the features in the clips of a split."""
    paths = sorted(map(str, data_dir.glob(f"clips-{split}-*.tfrecord")))
    return {
        name
        for record in tf.data.TFRecordDataset(paths).as_numpy_iterator()
        for name in tf.train.Example.FromString(record).features.feature
    }


@pytest.fixture(scope="module")
def human36m(tmp_path_factory):
    folder = tmp_path_factory.mktemp("h36m")
    made_human36m.write(folder)
    return folder


def test_human36m_becomes_batches(human36m, tmp_path, capsys):
    data = tmp_path / "data"
    _main(
        "--dataset=h36m",
        f"--source={human36m}",
        "--prior_size=50",
        f"--data_dir={data}",
        "--image_size=32",
    )
    out = capsys.readouterr().out
    assert "train: 75 clips, 225 frames in 75 runs, 50 poses" in out
    assert "test: 30 clips, 210 frames in 30 runs, 0 poses" in out
    info = records.read_info(str(data))
    assert info.skeleton == skeletons.HUMAN36M and info.labels == "labels"
    assert info.source["prior_size"] == 50
    assert _clip_features(data, "train") == {
        *("clip_id", "frame_numbers", "frames")
    }
    frames = pipelines.evaluation_frames(str(data), info, "test", 7)
    first = next(frames.as_numpy_iterator())  # one clip, frames 0 to 6
    assert set(first["clip_id"]) == {b"S9/Directions 1.54138969"}
    # The box of each frame is one pixel further to the right, and so are its
    # landmarks: in the crop they stay.
    np.testing.assert_array_equal(
        first["box"], [[12 + number, 8, 32, 32] for number in range(7)]
    )
    np.testing.assert_allclose(
        first["p"][:, [0, 31]],
        np.tile([[16 / 31 - 1, -1], [46 / 31 - 1, 1]], (7, 1, 1)),
        atol=1e-5,
    )
    np.testing.assert_array_equal(first["visibility"], np.full([7, 32], 2))
    poses = pipelines.load_poses(str(data), info)
    np.testing.assert_allclose(
        poses[:, [0, 31]],
        np.tile(first["p"][:1, [0, 31]], (50, 1, 1)),
        atol=1e-5,
    )


def test_human36m_is_labelled_for_those_who_train_on_it(
    human36m, tmp_path, capsys
):
    data = tmp_path / "data"
    _main(
        "--dataset=h36m",
        f"--source={human36m}",
        "--labelled",
        f"--data_dir={data}",
        "--image_size=32",
    )
    out = capsys.readouterr().out
    assert "train: 75 clips, 225 frames in 75 runs, 300 poses" in out
    assert "labelled: 75 clips, 225 frames in 75 runs, 0 poses" in out
    assert _clip_features(data, "train") == {
        *("clip_id", "frame_numbers", "frames")
    }
    info = records.read_info(str(data))
    frames = pipelines.evaluation_frames(str(data), info, "labelled", 3)
    first = next(frames.as_numpy_iterator())  # the half of 7 frames
    np.testing.assert_array_equal(first["frame_number"], [0, 1, 2])
    np.testing.assert_array_equal(first["visibility"], np.full([3, 32], 2))
    np.testing.assert_allclose(first["p"][:, 31], [[46 / 31 - 1, 1]] * 3)


def test_whole_videos_of_human36m_are_images_with_a_prior_of_3dhp(
    human36m, tmp_path, capsys
):
    made_mpi_inf_3dhp.write(tmp_path / "3dhp")
    data = tmp_path / "data"
    _main(
        "--dataset=h36m",
        f"--source={human36m}",
        "--prior=mpi_inf_3dhp",
        f"--prior_source={tmp_path}/3dhp",
        f"--data_dir={data}",
        "--image_size=32",
    )
    out = capsys.readouterr().out
    # All 7 frames of each video; 16 sequences, 5 cameras, 3 frames.
    assert "train: 75 clips, 525 frames in 75 runs, 240 poses" in out
    info = records.read_info(str(data))
    assert info.skeleton == skeletons.MPI_INF_3DHP
    assert info.source["images"] == (
        "Human3.6M, the whole of each training video"
    )
    frames = pipelines.evaluation_frames(str(data), info, "test", 7)
    first = next(frames.as_numpy_iterator())
    assert set(first["visibility"].sum(axis=1)) == {2 * 17}
    # The top of the head is Human3.6M's joint 15 of 0 to 31, on the diagonal
    # from pixel (8, 0) of the crop to (23, 31).
    np.testing.assert_allclose(
        first["p"][:, 7],
        [[2 * (8 + 15 * 15 / 31) / 31 - 1, 2 * 15 / 31 - 1]] * 7,
        atol=1e-5,
    )


def test_penn_action_becomes_batches(tmp_path, capsys):
    penn_action_files.write(tmp_path / "penn")
    data = tmp_path / "data"
    _main(
        "--dataset=penn_action",
        f"--source={tmp_path}/penn",
        f"--data_dir={data}",
        "--image_size=32",
    )
    out = capsys.readouterr().out
    # Of each of 15 actions two videos of two frames, and the poses of a third.
    assert "train: 30 clips, 60 frames in 30 runs, 30 poses" in out
    assert "test: 15 clips, 30 frames in 15 runs, 0 poses" in out
    info = records.read_info(str(data))
    assert info.skeleton == skeletons.PENN_ACTION
    assert info.source["images"] == (
        "Penn Action, first half of each action's training videos"
    )
    frames = pipelines.evaluation_frames(str(data), info, "test", 2)
    first = next(frames.as_numpy_iterator())
    assert set(first["clip_id"]) == {b"baseball_pitch/0004"}
    # The head of frame 1 is at (19, 10) from 0, the crop from (5, 0) to 40
    # pixels further.
    pixel = np.array([14.5, 10.5]) / 40 * 32 - 0.5
    np.testing.assert_allclose(first["p"][1, 0], 2 * pixel / 31 - 1, atol=1e-6)
    batch = next(iter(pipelines.training_pairs(str(data), info, 2, 0, 8)))
    assert batch["p_bar"].shape == (2, 13, 2)


@pytest.mark.parametrize("flag, level", [("--mask", -1.0), ("--nomask", 0.57)])
def test_simplified_human36m_becomes_batches(tmp_path, flag, level):
    made_human36m.write_simple(tmp_path / "simple")
    data_dir = f"{tmp_path}/data"
    _main(
        "--dataset=simple_h36m",
        f"--source={tmp_path}/simple",
        flag,
        f"--data_dir={data_dir}",
        "--image_size=32",
    )
    info = records.read_info(data_dir)
    assert info.splits["train"].frames == 36 * 2
    assert info.splits["train"].poses == 36 * 2
    batch = next(iter(pipelines.training_pairs(data_dir, info, 2, 0, 8)))
    assert batch["p_bar"].shape == (2, 32, 2)
    background = np.mean(batch["x"][:, 2:14])
    np.testing.assert_allclose(background, level, atol=0.02)
    test = next(
        pipelines.evaluation_frames(
            data_dir, info, "test", 4
        ).as_numpy_iterator()
    )
    assert list(test["frame_number"]) == [1, 2, 3, 4]
    # Frame 2: column 0.25, row 0.2 of 32 pixels are pixels 7.5 and 5.9.
    np.testing.assert_allclose(
        test["p"][1, 0], [15 / 31 - 1, 11.8 / 31 - 1], atol=1e-5
    )


def test_a_file_that_is_bad_leaves_nothing_written(tmp_path):
    made_human36m.write_simple(tmp_path / "simple")
    folder = tmp_path / "simple/human_images/S11/Landmarks/Posing.54138969"
    (folder / "3.mat").write_bytes(b"no landmarks" * 99)
    (tmp_path / "made").mkdir()
    with pytest.raises(
        errors.UserError, match=r"3\.mat: cannot be read as a MATLAB"
    ):
        _main(
            "--dataset=simple_h36m",
            f"--source={tmp_path}/simple",
            f"--data_dir={tmp_path}/made/data",
            "--image_size=32",
        )
    assert not list((tmp_path / "made").iterdir())


def _face(x: float, y: float) -> np.ndarray:
    """68 landmarks whose bounding box is 20 x 20, its first corner at x, y."""
    face = np.stack([np.arange(68) % 21, np.linspace(0, 20, 68)], axis=1)
    return face + np.array([x, y])


def _prepare_voxceleb_multipie(tmp_path):
    made_files.write_images(tmp_path / "vox/Ann/1.6/v1", 3)
    made_files.write_images(tmp_path / "vox/Bob/1.6/v1", 3)
    labels = tmp_path / "mpie/labels/051"
    labels.mkdir(parents=True)
    for number in range(3):
        points = {"pts": _face(100 + number, 50)}
        scipy.io.savemat(labels / f"00{number}_01_01_051_05_lm.mat", points)
    _main(
        "--dataset=voxceleb",
        f"--source={tmp_path}/vox",
        "--prior=multipie",
        f"--prior_source={tmp_path}/mpie",
        f"--data_dir={tmp_path}/data",
        "--image_size=32",
    )


def test_voxceleb_becomes_batches_with_a_prior_of_multipie(tmp_path, capsys):
    _prepare_voxceleb_multipie(tmp_path)
    out = capsys.readouterr().out
    # Ann's and Bob's: no landmarks come of them.
    assert "train: 2 clips, 6 frames in 2 runs, 3 poses" in out
    info = records.read_info(f"{tmp_path}/data")
    assert info.skeleton == skeletons.IBUG_68
    batch = next(
        iter(pipelines.training_pairs(f"{tmp_path}/data", info, 2, 0, 8))
    )
    assert batch["x"].shape == (2, 32, 32, 3)
    # 20 pixels are two thirds of the crop, about its middle.
    extent = np.ptp(batch["p_bar"][0], axis=0) / 2 * 31 / 32
    np.testing.assert_allclose(extent, 2 / 3, atol=0.01)


def test_voxceleb_becomes_batches_with_landmarks_of_its_own(tmp_path, capsys):
    made_files.write_images(tmp_path / "vox/Ann/1.6/v1", 3)
    track = tmp_path / "vox/Bob/1.6/v1"
    made_files.write_images(track, 3)
    made_files.write_pts(track / "0.pts", _face(10, 8))
    made_files.write_pts(track / "1.pts", _face(-3, 8))
    _main(
        "--dataset=voxceleb",
        f"--source={tmp_path}/vox",
        f"--data_dir={tmp_path}/data",
        "--image_size=64",
    )
    out = capsys.readouterr().out
    assert "train: 1 clips, 3 frames in 1 runs, 1 poses" in out
    assert f"1 poses were left out, the first {track}/1.png, frame 1:" in out
    info = records.read_info(f"{tmp_path}/data")
    assert info.source["images"] == "VoxCeleb, every second identity"
    # Frames of 64 x 48 are padded by 8 rows on top.
    (pose,) = pipelines.load_poses(f"{tmp_path}/data", info)
    np.testing.assert_allclose(pose, 2 * _face(10, 8 + 8) / 63 - 1, atol=1e-6)


def _prepare_w300(tmp_path):
    halves = [
        f"{name}/{half}set"
        for name in ("helen", "lfpw")
        for half in ("train", "test")
    ]
    for group in ("afw", *halves, "ibug"):
        made_files.write_images(tmp_path / "w300" / group, 2)
        names = []
        for path in sorted((tmp_path / "w300" / group).iterdir()):
            named = path.with_stem(f"image_{path.stem}")
            names.append(path.rename(named).name)
            made_files.write_pts(named.with_suffix(".pts"), _face(20, 10))
        _write_boxes(tmp_path / "w300/Bounding Boxes", group, names)
    _main(
        "--dataset=w300",
        f"--source={tmp_path}/w300",
        "--face_crop=1.6",
        f"--data_dir={tmp_path}/w300_data",
        "--image_size=32",
    )


def test_300w_is_there_to_be_evaluated_on(tmp_path):
    _prepare_w300(tmp_path)
    data_dir = f"{tmp_path}/w300_data"
    info = records.read_info(data_dir)
    assert set(info.splits) == {"labelled", "test"}
    frames = pipelines.evaluation_frames(data_dir, info, "test", 99)
    batch = next(frames.as_numpy_iterator())
    assert set(batch["clip_id"]) == {
        *(b"common/helen", b"common/lfpw", b"challenging/ibug")
    }
    np.testing.assert_allclose(batch["box"][:, 2], 1.6 * 20, atol=1.7)


def _write_boxes(folder, group, names):
    folder.mkdir(exist_ok=True)
    cells = np.empty([1, len(names)], object)
    for i, name in enumerate(names):
        cells[0, i] = {"imgName": name, "bb_ground_truth": [[21, 11, 41, 31]]}
    name = f"bounding_boxes_{group.replace('/', '_')}.mat"
    scipy.io.savemat(folder / name, {"bounding_boxes": cells})


@pytest.fixture
def train_briefly(tmp_path, monkeypatch):
    """Trains on tmp_path/data, in tmp_path/run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tiny_runs.plant_squeezenet(tmp_path / "cache")

    def run(*flags):
        tiny_runs.run_main(
            train.main,
            f"--data_dir={tmp_path}/data",
            f"--workdir={tmp_path}/run",
            "--image_size=32",
            "--width=4",
            "--batch_size=4",
            "--skeleton_steps=2",
            "--train_steps=3",
            *flags,
        )

    return run


def _evaluate(workdir, data_dir, protocol):
    """What `evaluate` writes of a run."""
    tiny_runs.run_main(
        evaluate.main,
        f"--workdir={workdir}",
        f"--protocol={protocol}",
        f"--data_dir={data_dir}",
    )
    return json.loads((workdir / f"{protocol}.json").read_text())


def _numbers(table, row, metrics):
    """What a row of a table gets of it, by column."""
    return reports.outcome(row, table.columns, metrics, seed=0, steps=3).values


@pytest.mark.parametrize("name", ["hourglass", "mpi_inf_3dhp"])
def test_human36m_comes_to_be_rows_of_table_1(
    human36m, tmp_path, train_briefly, name
):
    row = next(row for row in body_tables.TABLE_1.rows if row.name == name)
    made_mpi_inf_3dhp.write(tmp_path / "3dhp")
    copies = {"h36m": human36m, "mpi_inf_3dhp": tmp_path / "3dhp"}
    data = row.training.data
    sources = (
        f"--{flag}={copies[owner]}" for flag, owner in data.sources.items()
    )
    _main(
        *data.flags, *sources, f"--data_dir={tmp_path}/data", "--image_size=64"
    )
    train_briefly("--image_size=64", *row.training.method)
    metrics = _evaluate(tmp_path / "run", tmp_path / "data", row.protocol)
    numbers = _numbers(body_tables.TABLE_1, row, metrics)
    assert len(numbers) == 32  # 15 activities and their mean, with flips too
    assert all(0 < number < 64 for number in numbers.values())


def test_simplified_human36m_comes_to_be_a_row_of_table_2(
    tmp_path, train_briefly
):
    made_human36m.write_simple(tmp_path / "simple")
    _main(
        "--dataset=simple_h36m",
        f"--source={tmp_path}/simple",
        f"--data_dir={tmp_path}/data",
        "--image_size=32",
    )
    train_briefly()
    table = body_tables.TABLE_2
    row = table.rows[-1]
    metrics = _evaluate(tmp_path / "run", tmp_path / "data", row.protocol)
    numbers = _numbers(table, row, metrics)
    assert list(numbers) == [column.name for column in table.columns]
    assert all(0 < number < 100 for number in numbers.values())


def test_voxceleb_and_multipie_come_to_be_rows_of_table_3(
    tmp_path, train_briefly
):
    _prepare_voxceleb_multipie(tmp_path)
    _prepare_w300(tmp_path)
    train_briefly("--draw=points")
    table = paper_tables.TABLE_3
    metrics = _evaluate(tmp_path / "run", tmp_path / "w300_data", "w300")
    ours, regressed = (
        _numbers(table, row, metrics) for row in table.rows[10:12]
    )
    corners, pupils = ours.values()
    assert 0 < corners and 0 < pupils
    # What is 20 pixels wide is found better by who has seen such labels.
    assert regressed["percent_of_outer_eye_distance"] < corners
