import json

import numpy as np
import pytest

from tf_landmarks.evaluation import metrics
from tf_landmarks.evaluation import reports


def _report(labels):
    def errors(*values):
        return metrics.FrameErrors(*np.array(values, float).T)

    nan = float("nan")
    by_clip = {
        "walk": errors((1, 2, 4), (3, 5, 6)),
        "2020": errors((4, 3, 7)),
        "none": errors((nan, nan, nan)),
    }
    if not labels:
        by_clip = {"none": by_clip["none"]}
    return reports.Report(
        "test", labels, by_clip, 1.25, labels or "prior", 64, 68, 750
    )


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
        "frames",
        "labelled_frames",
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


def test_without_labels_the_table_says_how_to_get_some():
    table = _report(None).table()
    assert "--pseudo_labels=dlib" in table
    assert "--test_labels" in table
    assert "against" not in table
