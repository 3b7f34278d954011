import numpy as np
import pytest
import tensorflow as tf

from tests import tiny_runs
from tf_landmarks.data import records
from tf_landmarks.evaluation import evaluating
from tf_landmarks.evaluation import held_out


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tiny_runs.make_data(tmp_path_factory.mktemp("data") / "tiny")


def test_error_on_all_frames_is_that_of_an_evaluation(data_dir):
    info = records.read_info(data_dir)
    detector = tiny_runs.detector_of_runs()
    beta = tiny_runs.architecture_of().beta()
    report, _ = evaluating.evaluate(detector, beta, data_dir, info)
    frames = held_out.load_frames(data_dir, info)
    evaluated = report.to_json()
    errors = held_out.errors(detector, frames)
    assert set(errors) == {"percent_of_image", "percent_of_image_with_flips"}
    for name, value in errors.items():
        assert value == pytest.approx(evaluated[name], rel=1e-5)


def test_errors_of_faces_are_by_the_eyes_too(tmp_path):
    face = tiny_runs.FACE
    data_dir = tiny_runs.make_data(tmp_path / "data", skeleton=face)
    info = records.read_info(data_dir)
    detector = tiny_runs.make_detector(seed=0, skeleton=face)
    beta = tiny_runs.architecture_of(face).beta()
    report, _ = evaluating.evaluate(detector, beta, data_dir, info)
    errors = held_out.errors(detector, held_out.load_frames(data_dir, info))
    name = "percent_of_outer_eye_distance"
    assert next(iter(errors)) == "percent_of_image"  # the best is by it
    assert errors[name] == pytest.approx(report.to_json()[name], rel=1e-5)


def test_frames_are_few_and_evenly_spread(data_dir):
    info = records.read_info(data_dir)
    frames = held_out.load_frames(data_dir, info, most=4)
    (batch,) = frames.as_numpy_iterator()
    assert batch["clip_id"].tolist() == [b"a", b"a", b"b", b"b"]
    np.testing.assert_array_equal(batch["frame_number"], [0, 2, 0, 2])


def test_no_other_frames_are_decoded(data_dir, monkeypatch):
    decode_jpeg, decoded = tf.io.decode_jpeg, []

    def counted(jpeg, channels):
        tf.py_function(lambda: decoded.append("a frame"), [], [])
        return decode_jpeg(jpeg, channels)

    monkeypatch.setattr(tf.io, "decode_jpeg", counted)
    info = records.read_info(data_dir)
    frames = held_out.load_frames(data_dir, info, most=4)
    assert sum(len(batch["x"]) for batch in frames) == 4
    assert len(decoded) == 4


def test_the_detector_is_taken_as_it_is_now(data_dir):
    frames = held_out.load_frames(data_dir, records.read_info(data_dir))
    detector = tiny_runs.make_detector(seed=1)
    before = held_out.errors(detector, frames)
    detector.set_weights(tiny_runs.detector_of_runs().get_weights())
    assert held_out.errors(detector, frames) != before


@pytest.mark.parametrize("split", ["train", "validation"])
def test_without_labels_there_is_nothing_to_hold_out(data_dir, split):
    info = records.read_info(data_dir)
    assert held_out.load_frames(data_dir, info, split) is None
