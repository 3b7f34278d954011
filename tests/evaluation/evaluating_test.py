import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks import workdirs
from tf_landmarks.data import pipelines
from tf_landmarks.data import preprocessing
from tf_landmarks.data import records
from tf_landmarks.evaluation import evaluating

BOX = (0.0, -5.0, 60.0, 60.0)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tiny_runs.make_data(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def workdir(tmp_path_factory, data_dir):
    return tiny_runs.make_run(tmp_path_factory.mktemp("run"), data_dir)


@pytest.fixture(scope="module")
def report(workdir):
    return evaluating.evaluate_workdir(workdir)


def _evaluate(data_dir, split="test"):
    return evaluating.evaluate(
        tiny_runs.detector_of_runs(),
        tiny_runs.architecture_of().beta(),
        data_dir,
        records.read_info(data_dir),
        split,
    ).report


def _slow_errors(data_dir):
    """By clip and frame: [direct, swapped, mean pose], in original pixels.

    Distances are measured where the labels were made: 60 pixels are 100 %.
    """
    detector = tiny_runs.detector_of_runs()
    info = records.read_info(data_dir)
    mean_pose = np.mean(pipelines.load_poses(data_dir, info), axis=0)
    values = {"a": [], "b": []}
    frames = pipelines.evaluation_frames(data_dir, info, "test", 1)
    for i, frame in enumerate(frames):
        p = detector(frame["x"]).keypoints[0].numpy()
        counted = [[0, 2], [0, 1, 2], [0, 1, 2], []][i % 4]
        if counted:
            values[frame["clip_id"].numpy()[0].decode()].append(
                [
                    100 / 60 * _distance(answer, counted)
                    for answer in (p, p[[0, 2, 1]], mean_pose)
                ]
            )
    return {clip: np.array(rows) for clip, rows in values.items()}


def _distance(p, counted):
    pixels = preprocessing.normalized_to_pixels(p, BOX, tiny_runs.SIZE)
    distances = [
        np.hypot(*(pixels[k] - tiny_runs.TEST_LABELS[k])) for k in counted
    ]
    return sum(distances) / len(distances)


def test_metrics_are_those_of_a_slow_loop_in_original_pixels(report, data_dir):
    report = report.to_json()
    slow = _slow_errors(data_dir)
    for clip, values in (
        *slow.items(),
        (None, np.concatenate([*slow.values()])),
    ):
        numbers = report["per_clip"][clip] if clip else report
        direct, swapped, mean_pose = values.T
        expected = {
            "percent_of_image": direct.mean(),
            "percent_of_image_with_flips": np.minimum(direct, swapped).mean(),
            "mean_pose_percent_of_image": mean_pose.mean(),
            "correct_flip": (direct < swapped).mean(),
            "labelled_frames": len(values),
            "frames": len(values) + (1 if clip else 2),
        }
        for name, value in expected.items():
            assert numbers[name] == pytest.approx(value, rel=1e-4), name


def test_faces_are_measured_by_the_eyes_of_their_frame(tmp_path):
    face = tiny_runs.FACE
    data_dir = tiny_runs.make_data(tmp_path / "data", skeleton=face)
    detector = tiny_runs.make_detector(seed=0, skeleton=face)
    info = records.read_info(data_dir)
    beta = tiny_runs.architecture_of(face).beta()
    report, _ = evaluating.evaluate(detector, beta, data_dir, info)
    # The eyes are 40 pixels apart; the first frames show one of them only.
    by_eyes = []
    for i, frame in enumerate(
        pipelines.evaluation_frames(data_dir, info, "test", 1)
    ):
        p = detector(frame["x"]).keypoints[0].numpy()
        if i % 4 in (1, 2):
            by_eyes.append(100 / 40 * _distance(p, [0, 1, 2]))
    numbers = report.to_json()
    assert numbers["percent_of_outer_eye_distance"] == pytest.approx(
        np.mean(by_eyes), rel=1e-4
    )
    assert (numbers["outer_eye_frames"], numbers["labelled_frames"]) == (4, 6)
    assert "2 labelled frames are left out" in report.table()


def test_files_hold_the_report_and_say_where_it_comes_from(report, workdir):
    with open(f"{workdir}/metrics.json") as file:
        written = json.load(file)
    assert written == report.to_json()
    assert written["checkpoint_step"] == tiny_runs.STEP
    assert (written["split"], written["labels"]) == ("test", "labels")
    assert (written["num_landmarks"], written["image_size"]) == (3, 32)
    with Image.open(f"{workdir}/contact_sheet.png") as sheet:
        assert sheet.size[0] == 4 * 192


def test_the_step_is_that_of_the_checkpoint_that_could_be_read(
    data_dir, tmp_path
):
    workdir = tiny_runs.make_run(tmp_path, data_dir)
    folder = workdirs.checkpoints(workdir, "landmarks")
    workdirs.save({"phi": tf.Module()}, folder, tiny_runs.STEP + 2, keep=2)
    report = evaluating.evaluate_workdir(workdir)
    assert report.checkpoint_step == tiny_runs.STEP


def test_eta_is_tried_on_whole_labelled_poses(report):
    report = report.to_json()
    detector = tiny_runs.detector_of_runs()
    label = preprocessing.pixels_to_normalized(
        tiny_runs.TEST_LABELS, BOX, tiny_runs.SIZE
    ).astype(np.float32)
    y = tiny_runs.architecture_of().beta()(label[np.newaxis])
    error = _distance(detector.eta(y)[0].numpy(), [0, 1, 2]) * 100 / 60
    assert report["skeleton_encoder_poses"] == "labels"
    assert report["skeleton_encoder_percent_of_image"] == pytest.approx(
        error, rel=1e-3
    )


def test_eta_is_tried_on_a_few_of_many_poses(data_dir, monkeypatch):
    tried, error_of = [], evaluating.skeleton_encoder_error

    def kept(detector, beta, poses):
        tried.append(len(poses))
        return error_of(detector, beta, poses)

    monkeypatch.setattr(evaluating, "skeleton_encoder_error", kept)
    for most in (100, 4, 1):
        monkeypatch.setattr(evaluating, "_MOST_TEST_POSES", most)
        numbers = _evaluate(data_dir).to_json()
        assert numbers["skeleton_encoder_poses"] == "labels"
    # 4 of the 8 frames are wholly labelled.
    assert tried == [4, 2, 1]


def test_training_frames_give_a_picture_and_etas_error(data_dir, tmp_path):
    workdir = tiny_runs.make_run(tmp_path)
    report = evaluating.evaluate_workdir(workdir, data_dir, "train")
    numbers = report.to_json()
    assert numbers["frames"] == 8
    assert numbers["percent_of_image"] is None
    assert numbers["labels"] is None
    assert numbers["skeleton_encoder_poses"] == "prior"
    assert numbers["skeleton_encoder_percent_of_image"] > 0
    assert "--test_labels" in report.table()
    with Image.open(f"{workdir}/contact_sheet.png") as sheet:
        assert sheet.size[0] == 3 * 192


def test_pseudo_labels_are_called_so(tmp_path):
    name = "pseudo-labels (dlib)"
    data_dir = tiny_runs.make_data(tmp_path / "data", name)
    report = _evaluate(data_dir)
    assert report.to_json()["labels"] == name
    assert report.to_json()["skeleton_encoder_poses"] == name
    assert report.table().count(name) == 2


def test_a_split_that_is_not_there_is_the_users_mistake(data_dir):
    with pytest.raises(errors.UserError, match=r"'validation'.*'test'"):
        _evaluate(data_dir, "validation")


def test_a_folder_that_is_no_run_is_the_users_mistake(tmp_path):
    with pytest.raises(errors.UserError, match=f"workdir={tmp_path}"):
        evaluating.evaluate_workdir(str(tmp_path))


def test_data_of_other_landmarks_are_refused(tmp_path):
    other = skeletons.Skeleton("cat", ("nose", "tail", "paw"), ((0, 1),))
    data_dir = tiny_runs.make_data(tmp_path / "data", skeleton=other)
    with pytest.raises(errors.UserError, match="landmarks of cat"):
        _evaluate(data_dir)


def test_data_without_poses_are_scored_by_a_protocol_only(tmp_path):
    folder = tmp_path / "data"
    data_dir = tiny_runs.make_data(folder)
    info = json.loads((folder / "dataset.json").read_text())
    del info["splits"]["train"]
    (folder / "dataset.json").write_text(json.dumps(info))
    with pytest.raises(errors.UserError, match=r"no split 'train'.*--protocol"):
        _evaluate(data_dir)


def test_a_damaged_shard_is_named(tmp_path, workdir):
    folder = tmp_path / "data"
    data_dir = tiny_runs.make_data(folder)
    shard = next(folder.glob("clips-test-*"))
    damaged = bytearray(shard.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    shard.write_bytes(damaged)
    with pytest.raises(errors.UserError, match=shard.name):
        evaluating.evaluate_workdir(workdir, data_dir)
