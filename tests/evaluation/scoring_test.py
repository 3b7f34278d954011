import csv
import json

import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks import workdirs
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.data import writing
from tf_landmarks.evaluation import scoring

_BODY = skeletons.HUMAN36M_17
_FACE = skeletons.IBUG_68
_SIDE = 64.0


def _write_data(folder, skeleton, splits, labels="labels", skipped=()):
    """Frames of noise, each landmark labelled on a diagonal.

    Args:
      folder: to be made.
      skeleton: of the labels.
      splits: names of clips of two frames, by split.
      labels: what they are called.
      skipped: files that could not be read.
    """
    count = skeleton.num_landmarks
    points = np.stack([np.linspace(8, 56, count)] * 2, axis=-1)
    points[:, 0] += np.random.default_rng(2).uniform(-8, 8, count)

    def frames(labelled):
        noise = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3))
        for number, image in enumerate(noise.astype(np.uint8)):
            label = (points, np.full(count, 2)) if labelled else ()
            yield clips.Frame(number, image, (0.0, 0.0, _SIDE, _SIDE), *label)

    poses = np.random.default_rng(1).uniform(-0.8, 0.8, (4, count, 2))
    source = clips.Source(
        name="tiny",
        description={},
        skeleton=skeleton,
        clips={
            split: [
                clips.Clip(name, lambda s=split: frames(s != "train"), 2)
                for name in names
            ]
            for split, names in splits.items()
        },
        poses={"train": clips.Poses(poses, np.tile([0, 0, 60, 60], (4, 1)))},
        labels=labels,
    )
    bad_files = clips.BadFiles(skip=True)
    for name in skipped:
        bad_files.report(images.BadFile(name))
    writing.write(source, str(folder), tiny_runs.SIZE, bad_files)
    return str(folder)


def _eta_0(skeleton):
    """η of stage 1: calls left what that of stage 2 calls right."""
    eta = tiny_runs.make_detector(0, skeleton).eta
    flip = list(skeleton.flip_permutation)
    eta.set_weights(
        [
            w[..., flip] if w.shape[-1] == skeleton.num_landmarks else w
            for w in eta.get_weights()
        ]
    )
    return eta


def _write_run(folder, skeleton, data_dir, stage_1=True):
    detector = tiny_runs.make_detector(0, skeleton)
    arch = tiny_runs.architecture_of(skeleton)
    run = {"architecture": arch.to_json(), "data": {"data_dir": data_dir}}
    workdirs.write_run(str(folder), run)
    checkpoints = {
        "landmarks": {"phi": detector.phi, "eta": detector.eta},
        "skeleton": {"eta": _eta_0(skeleton)},
    }
    for stage, items in checkpoints.items():
        if stage == "landmarks" or stage_1:
            path = workdirs.checkpoints(str(folder), stage)
            workdirs.save(items, path, tiny_runs.STEP, keep=1)
    return str(folder), detector


@pytest.fixture(scope="module")
def body(tmp_path_factory):
    folder = tmp_path_factory.mktemp("body")
    test = ["S9/Waiting 1.54", "S11/Walking.55"]
    data_dir = _write_data(
        folder / "data", _BODY, {"train": ["S1/Walking.54"], "test": test}
    )
    return data_dir, *_write_run(folder / "run", _BODY, data_dir)


def _read(folder, protocol):
    with open(f"{folder}/{protocol}.json") as file:
        summary = json.load(file)
    with open(f"{folder}/{protocol}.csv", newline="") as file:
        return summary, list(csv.DictReader(file))


def test_a_run_is_scored_and_the_files_say_of_what(body, tmp_path):
    _, workdir, _ = body
    scores = scoring.score_workdir(workdir, "human36m", out=str(tmp_path))
    summary, rows = _read(tmp_path, "human36m")
    assert summary["num_images"] == 4
    assert summary["landmarks"] == list(_BODY.landmarks)
    assert summary["checkpoint_step"] == tiny_runs.STEP
    assert summary["eta_0_step"] == tiny_runs.STEP
    assert (summary["split"], summary["labels"]) == ("test", "labels")
    assert summary["skipped_files"] == 0
    assert "left out" not in scores.table()
    assert len(summary["run_sha256"]) == 64
    assert [row["path"] for row in rows][:2] == [
        "S9/Waiting 1.54/0",
        "S9/Waiting 1.54/1",
    ]
    activities = [row["activity"] for row in rows]
    assert activities == ["waiting"] * 2 + ["walking"] * 2
    means = summary["means_by_activity"]
    raw = [float(row["raw"]) for row in rows]
    by_hand = [np.mean(raw[:2]), np.mean(raw[2:])]
    assert means["waiting"]["raw"] == pytest.approx(by_hand[0], rel=1e-5)
    assert means["all"]["raw"] == pytest.approx(np.mean(by_hand), rel=1e-5)
    assert scores.rows()["all"] == means["all"]
    for row in rows:
        values = [float(row[name]) for name in ("raw", "corrected")]
        assert float(row["with_flips"]) <= min(values) + 1e-6


def test_the_correction_is_by_eta_of_stage_1_on_clean_skeletons(body, tmp_path):
    data_dir, workdir, detector = body
    scores = scoring.score_workdir(workdir, "human36m", out=str(tmp_path))
    beta = tiny_runs.architecture_of(_BODY).beta()
    info = records.read_info(data_dir)
    eta_0 = _eta_0(_BODY)
    wrong, frames = [], pipelines.evaluation_frames(data_dir, info, "test", 1)
    flip = list(_BODY.flip_permutation)
    for frame in frames:
        p = detector(frame["x"]).keypoints
        q = eta_0(beta(p))[0].numpy()
        p = p[0].numpy()
        as_is, exchanged = (
            np.linalg.norm(answer - q, axis=-1).mean()
            for answer in (p, p[flip])
        )
        wrong.append(as_is > exchanged)
    columns = {column.name: column.values for column in scores.columns}
    changed = columns["corrected"] != columns["raw"]
    np.testing.assert_array_equal(changed, wrong)
    assert set(wrong) == {True, False}


def test_it_is_told_that_files_were_left_out(body, tmp_path):
    _, workdir, _ = body
    data_dir = _write_data(
        tmp_path / "data",
        _BODY,
        {"test": ["S9/Waiting 1.54"]},
        skipped=["a.mp4: is bad", "b.mp4: is bad"],
    )
    scores = scoring.score_workdir(workdir, "human36m", data_dir)
    summary, _ = _read(workdir, "human36m")
    assert summary["skipped_files"] == 2
    remark = scores.table().splitlines()[-1]
    assert remark.startswith("2 bad files were left out when ")
    assert "dataset.json" in remark and data_dir in remark


def test_a_detector_without_stage_1_is_not_corrected(body, tmp_path):
    data_dir, _, _ = body
    workdir, _ = _write_run(tmp_path / "run", _BODY, data_dir, stage_1=False)
    scoring.score_workdir(workdir, "human36m")
    summary, rows = _read(workdir, "human36m")
    assert summary["eta_0_step"] is None
    assert summary["means_by_activity"]["all"]["corrected"] is None
    assert {row["corrected"] for row in rows} == {""}


def test_faces_are_regressed_where_there_is_a_training_set(tmp_path):
    names = ["common/lfpw", "challenging/ibug"]
    data_dir = _write_data(
        tmp_path / "data", _FACE, {"labelled": ["train/afw"], "test": names}
    )
    workdir, _ = _write_run(tmp_path / "run", _FACE, data_dir)
    regression = scoring.Regression(ridge=1e-6, intercept=True)
    scoring.score_workdir(workdir, "w300", regression=regression)
    summary, rows = _read(workdir, "w300")
    full = summary["means_by_subset"]["full"]
    # All faces have the same landmarks: the intercept alone finds them.
    assert full["by_outer_eye_corners"] > 1
    assert full["regressed_by_outer_eye_corners"] < 0.1
    assert summary["regressor"]["fitted_on_images"] == 2
    assert summary["num_images_by_subset"] == {
        "common": 2,
        "challenging": 2,
        "full": 4,
    }
    assert rows[0]["subset"] == "common"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "train"}, "--split=train of .* has no labels"),
        ({"split": "val"}, "no split 'val'"),
        ({"protocol": "simple_human36m"}, "lacks hip, right_ball"),
        ({"protocol": "w300"}, "scores the 68 landmarks"),
    ],
)
def test_what_cannot_be_scored_is_told(body, tmp_path, arguments, message):
    _, workdir, _ = body
    arguments = {"protocol": "human36m", "out": str(tmp_path), **arguments}
    with pytest.raises(errors.UserError, match=message):
        scoring.score_workdir(workdir, **arguments)
    assert not list(tmp_path.iterdir())
