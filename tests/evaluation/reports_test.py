import json

import numpy as np
import pytest

from tf_landmarks import skeletons
from tf_landmarks.evaluation import metrics
from tf_landmarks.evaluation import reports

NAN = float("nan")


def _report(labels, skeleton=skeletons.BODY_25, eyes=(NAN, NAN, NAN)):
    def errors(*values):
        return metrics.FrameErrors(*np.array(values, float).T)

    by_clip = {
        "walk": errors((1, 2, 4, eyes[0]), (3, 5, 6, eyes[1])),
        "2020": errors((4, 3, 7, eyes[2])),
        "none": errors((NAN, NAN, NAN, NAN)),
    }
    if not labels:
        by_clip = {"none": by_clip["none"]}
    return reports.Report(
        "test", labels, by_clip, 1.25, labels or "prior", 64, skeleton, 750
    )


def _face(labels, *eyes):
    """The report of a face, with the distance of the eyes in each frame."""
    return _report(labels, skeletons.IBUG_68, eyes)


def test_all_is_the_mean_over_frames_and_not_over_clips():
    numbers = _report("labels").to_json()
    assert numbers["percent_of_image"] == pytest.approx((1 + 3 + 4) / 3)
    assert numbers["percent_of_image_with_flips"] == pytest.approx(7 / 3)
    assert numbers["mean_pose_percent_of_image"] == pytest.approx(17 / 3)
    assert numbers["correct_flip"] == pytest.approx(2 / 3)
    assert (numbers["frames"], numbers["labelled_frames"]) == (4, 3)
    assert numbers["per_clip"]["walk"]["percent_of_image"] == 2


@pytest.mark.parametrize("labels", ["labels", None])
def test_json_has_every_key_and_no_nan(labels):
    numbers = json.loads(json.dumps(_report(labels).to_json(), allow_nan=False))
    assert set(numbers) == {
        "percent_of_image",
        "percent_of_image_with_flips",
        "mean_pose_percent_of_image",
        "correct_flip",
        "percent_of_outer_eye_distance",
        "mean_pose_percent_of_outer_eye_distance",
        "frames",
        "labelled_frames",
        "outer_eye_frames",
        "skeleton_encoder_percent_of_image",
        "skeleton_encoder_poses",
        "labels",
        "split",
        "checkpoint_step",
        "image_size",
        "num_landmarks",
        "per_clip",
        "definitions",
    }
    assert set(numbers["definitions"]) < set(numbers)
    assert numbers["per_clip"]["none"]["percent_of_image"] is None


def test_table_has_a_line_for_each_clip_and_for_all():
    lines = _report("pseudo-labels (dlib)").table().splitlines()
    assert "against pseudo-labels (dlib)" in lines[0]
    cells = {line.split()[0]: line.split()[1:] for line in lines[3:7]}
    assert cells == {
        "walk": ["2.00", "2.00", "5.00", "1.00", "2", "2"],
        "2020": ["4.00", "3.00", "7.00", "0.00", "1", "1"],
        "none": ["-", "-", "-", "-", "0", "1"],
        "all": ["2.67", "2.33", "5.67", "0.67", "3", "4"],
    }
    assert lines[7].startswith(
        "skeleton encoder, on pseudo-labels (dlib): 1.25"
    )


def test_errors_by_the_eyes_are_means_over_frames_and_not_over_clips():
    numbers = _face("labels", 10, 20, 40).to_json()
    name = "percent_of_outer_eye_distance"
    by_eyes = [100 * 1 / 10, 100 * 3 / 20, 100 * 4 / 40]
    assert numbers[name] == pytest.approx(sum(by_eyes) / 3)
    assert numbers["per_clip"]["walk"][name] == pytest.approx(12.5)
    assert numbers["per_clip"]["2020"][name] == pytest.approx(10)
    assert numbers["per_clip"]["none"][name] is None
    mean_pose = [100 * 4 / 10, 100 * 6 / 20, 100 * 7 / 40]
    assert numbers[f"mean_pose_{name}"] == pytest.approx(sum(mean_pose) / 3)
    assert numbers["outer_eye_frames"] == 3


def test_the_table_of_faces_has_columns_by_the_eyes():
    lines = _face("labels", 10, 20, 40).table().splitlines()
    assert "error/eyes    mean pose/eyes" in lines[1]
    cells = {line.split()[0]: line.split()[5:] for line in lines[3:7]}
    assert cells == {
        "walk": ["12.50", "35.00", "2", "2"],
        "2020": ["10.00", "17.50", "1", "1"],
        "none": ["-", "-", "0", "1"],
        "all": ["11.67", "29.17", "3", "4"],
    }
    assert lines[7] == (
        "/eyes: in % of the distance between the outer corners of the eyes"
    )


def test_faces_whose_eyes_are_not_both_there_are_counted():
    report = _face("labels", 10, NAN, NAN)
    assert report.to_json()["outer_eye_frames"] == 1
    assert report.to_json()["percent_of_outer_eye_distance"] == 10
    assert "; 2 labelled frames are left out: a corner" in report.table()


def test_bodies_have_no_columns_by_the_eyes():
    assert "eyes" not in _report("labels").table()
    assert "eyes:" not in _face(None, NAN, NAN, NAN).table()


def test_a_detector_without_eta_has_no_error_of_it():
    report = _report("labels")
    assert "skeleton encoder" in report.table()
    without = report._replace(skeleton_encoder_error=None)
    assert "skeleton encoder" not in without.table()
    assert without.to_json()["skeleton_encoder_percent_of_image"] is None


def test_without_labels_the_table_says_how_to_get_some():
    table = _report(None).table()
    assert "--pseudo_labels=dlib" in table
    assert "--test_labels" in table
    assert "against" not in table
