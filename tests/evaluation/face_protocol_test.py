import numpy as np
import pytest

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.evaluation import face_protocol
from tf_landmarks.evaluation import linear_regressor
from tf_landmarks.evaluation import predictions

SIZE = 101


def _truth():
    """Eyes of six points: 0.2 wide, their middles 0.5 apart; [68, 2]."""
    truth = np.random.default_rng(0).uniform(-0.5, 0.5, (68, 2))
    right = np.array([-0.1, -0.05, 0.05, 0.1, 0.05, -0.05])
    for first, middle in ((36, -0.25), (42, 0.25)):
        truth[first : first + 6] = np.stack([middle + right, 0 * right], -1)
    return truth


def _seen(clips, offsets):
    """Detections beside the truth, by `offsets` [N] in [-1, 1]."""
    truth = np.tile(_truth(), (len(clips), 1, 1))
    shift = np.reshape(offsets, (-1, 1, 1)) * [0.6, 0.8]
    return predictions.Predictions(
        skeletons.IBUG_68,
        SIZE,
        truth + shift,
        truth,
        np.full(truth.shape[:2], 2),
        np.full((len(clips), 4), np.nan),
        list(clips),
        np.arange(len(clips)),
    )


def test_eyes_are_measured_at_their_outer_corners_and_at_their_middles():
    truth = _truth()[np.newaxis]
    outer, pupils = face_protocol.eye_distances(truth, np.ones([1, 68]))
    # From -0.35 to 0.35, and from -0.25 to 0.25.
    np.testing.assert_allclose(outer, [0.7])
    np.testing.assert_allclose(pupils, [0.5])


def test_both_errors_are_reported_by_name():
    scores = face_protocol.score(_seen(["common/lfpw"], [0.07]))
    row = scores.rows()["common"]
    assert row["by_outer_eye_corners"] == pytest.approx(10)
    assert row["by_pupils"] == pytest.approx(14)
    assert "regressed_by_pupils" not in row
    assert scores.to_json()["regressor"] is None


def test_full_is_the_mean_over_images_and_not_over_subsets():
    clips = ["common/lfpw", "common/helen", "challenging/ibug"]
    rows = face_protocol.score(_seen(clips, [0.07, 0.14, 0.42])).rows()
    name = "by_outer_eye_corners"
    assert rows["common"][name] == pytest.approx(15)
    assert rows["challenging"][name] == pytest.approx(60)
    assert rows["full"][name] == pytest.approx(30)


def test_the_regressor_comes_after_what_it_regresses():
    seen = _seen(["common/lfpw"] * 3, [0.07] * 3)
    doubled = linear_regressor.LinearRegressor(
        2 * np.eye(136), np.zeros(136), 3148, 0.0, False
    )
    seen = seen._replace(p=seen.truth / 2)
    row = face_protocol.score(seen, doubled).rows()["full"]
    assert row["by_outer_eye_corners"] > 1
    assert row["regressed_by_outer_eye_corners"] == pytest.approx(0, abs=1e-9)
    assert row["regressed_by_pupils"] == pytest.approx(0, abs=1e-9)


def test_the_report_says_how_the_regressor_was_fitted():
    p = _seen(["common/lfpw"] * 3, [0.07] * 3)
    regressor = linear_regressor.fit(p.p, p.truth, p.visibility, 0.5, True)
    fact = face_protocol.score(p, regressor).to_json()["regressor"]
    assert fact["fitted_on_images"] == 3
    assert (fact["has_intercept"], fact["ridge"]) == (True, 0.5)


def test_a_face_without_both_eyes_has_no_error():
    seen = _seen(["common/lfpw"] * 2, [0.07, 0.07])
    seen.visibility[1, 36] = 0
    scores = face_protocol.score(seen)
    assert scores.counts() == {"common": 1, "challenging": 0, "full": 1}


def test_less_than_the_whole_of_300w_is_told():
    regressor = linear_regressor.LinearRegressor(
        np.eye(136), np.zeros(136), 3100, 0.0, False
    )
    seen = _seen(["common/lfpw"] * 2, [0.07, 0.07])
    table = face_protocol.score(seen, regressor).table()
    *_, subset, fitted_on = table.splitlines()
    assert subset.startswith("common is 2 images in place of 554: the errors")
    assert "fitted on 3100 images in place of 3148:" in fitted_on
    whole = _seen(["challenging/ibug"] * 135, [0.07] * 135)
    scores = face_protocol.score(whole, regressor._replace(num_images=3148))
    assert "in place of" not in scores.table()
    facts = scores.to_json()["num_images_of_whole_300w_by_subset"]
    assert facts == {"common": 554, "challenging": 135}


def test_images_are_drawn_one_by_one():
    scores = face_protocol.score(_seen(["common/lfpw"] * 2, [0.0, 0.0]))
    assert scores.units == ["common/lfpw/0", "common/lfpw/1"]


def test_a_clip_of_neither_subset_is_named():
    with pytest.raises(errors.UserError, match="'franck' is neither"):
        face_protocol.score(_seen(["franck"], [0.0]))


def test_other_landmarks_are_refused():
    seen = _seen(["common/lfpw"], [0.0])._replace(skeleton=skeletons.BODY_25)
    with pytest.raises(errors.UserError, match="has 25 of body_25"):
        face_protocol.score(seen)
