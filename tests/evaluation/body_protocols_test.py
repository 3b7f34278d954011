import numpy as np
import pytest

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.evaluation import body_protocols
from tf_landmarks.evaluation import predictions

SIZE = 101
_K_17 = [1, 2, 3, 6, 7, 8, 11, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]
_MARTINEZ_17 = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]
# The proposed map of the protocols: where MPI-INF-3DHP has K's 17.
_3DHP_17 = [23, 24, 25, 18, 19, 20, 4, 3, 5, 6, 7, 9, 10, 11, 14, 15, 16]
_K_17_FLIP = (3, 4, 5, 0, 1, 2, 6, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13)
_MARTINEZ_FLIP = (0, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13)


def _seen(clips, offsets, skeleton=skeletons.HUMAN36M, side=200.0, q=None):
    """Detections beside the truth by `offsets` in [-1, 1], [N] or [N, K]."""
    rng = np.random.default_rng(0)
    truth = rng.uniform(-0.5, 0.5, (len(clips), skeleton.num_landmarks, 2))
    offsets = np.asarray(offsets, float).reshape(len(clips), -1, 1)
    return predictions.Predictions(
        skeleton,
        SIZE,
        truth + offsets * [0.6, -0.8],
        truth,
        np.full(truth.shape[:2], 2),
        np.tile([5.0, 6.0, side, side], (len(clips), 1)),
        list(clips),
        np.arange(len(clips)),
        q,
    )


@pytest.mark.parametrize(
    ("protocol", "skeleton", "joints", "flip"),
    [
        ("human36m", skeletons.HUMAN36M, _K_17, _K_17_FLIP),
        ("human36m_martinez", skeletons.HUMAN36M, _MARTINEZ_17, _MARTINEZ_FLIP),
        ("human36m", skeletons.HUMAN36M_17, list(range(17)), _K_17_FLIP),
        ("human36m", skeletons.MPI_INF_3DHP, _3DHP_17, _K_17_FLIP),
    ],
)
def test_joints_and_their_exchange_are_those_of_the_protocol(
    protocol, skeleton, joints, flip
):
    protocol = body_protocols.PROTOCOLS[protocol]
    assert body_protocols.joint_indices(protocol, skeleton) == joints
    permutation = skeleton.subset("", joints).flip_permutation
    assert permutation == flip
    assert [permutation[i] for i in permutation] == list(range(17))


def test_simple_human36m_scores_all_32():
    protocol = body_protocols.SIMPLE_HUMAN36M
    joints = body_protocols.joint_indices(protocol, skeletons.HUMAN36M)
    assert joints == list(range(32))
    assert not protocol.in_pixels


def test_errors_are_in_pixels_of_the_original():
    # 0.02 in [-1, 1] is one pixel of 101, and 200 / 101 of the original.
    scores = body_protocols.score(
        body_protocols.HUMAN36M, _seen(["S9/Waiting 1.54"], [0.02])
    )
    row = scores.rows()["waiting"]
    assert row["raw"] == pytest.approx(200 / 101)
    assert row["correct_flip"] == 1
    assert row["corrected"] is None


def test_the_mean_is_over_activities_and_not_over_frames():
    clips = ["S9/Waiting.54", "S11/Waiting 1.54", "S9/SittingDown 2.55"]
    scores = body_protocols.score(
        body_protocols.HUMAN36M, _seen(clips, [0.02, 0.04, 0.2])
    )
    rows = {name: row["raw"] for name, row in scores.rows().items()}
    unit = 200 / 101
    assert rows["waiting"] == pytest.approx(1.5 * unit)
    assert rows["sitting_down"] == pytest.approx(10 * unit)
    assert rows["all"] == pytest.approx(5.75 * unit)
    assert rows["sitting"] is None
    assert list(rows) == [
        *("waiting", "posing", "greeting", "directions", "discussion"),
        *("walking", "eating", "phone_call", "purchases", "sitting"),
        *("sitting_down", "smoking", "taking_photo", "walking_dog"),
        *("walking_together", "all"),
    ]
    assert "not comparable" in scores.table()


def test_joints_that_are_not_scored_do_not_count():
    offsets = np.full((1, 32), 9.0)
    offsets[:, _K_17] = 0.02
    scores = body_protocols.score(
        body_protocols.HUMAN36M, _seen(["S9/Waiting 1.54"], offsets)
    )
    assert scores.rows()["all"]["raw"] == pytest.approx(200 / 101)


def test_simple_human36m_is_in_percent_of_the_image():
    seen = _seen(["S11/Walking.5", "S11/Posing.5"], [0.02, 0.06])
    seen = seen._replace(boxes=np.full((2, 4), np.nan))
    rows = body_protocols.score(body_protocols.SIMPLE_HUMAN36M, seen).rows()
    assert rows["all"]["raw"] == pytest.approx(2 * 100 / 101)
    assert list(rows) == [
        *("waiting", "posing", "greeting", "directions", "discussion"),
        *("walking", "all"),
    ]


def test_left_and_right_are_exchanged_as_eta_of_stage_1_has_it():
    clips = ["S9/Waiting 1.54", "S9/Waiting 1.54"]
    seen = _seen(clips, [0.0, 0.0])
    flip = list(skeletons.HUMAN36M.flip_permutation)
    mirrored = seen.truth[:, flip]
    # Both are named the wrong way; η knows it of the first frame only.
    q = np.stack([seen.truth[0], mirrored[1]])
    scores = body_protocols.score(
        body_protocols.HUMAN36M, seen._replace(p=mirrored, q=q)
    )
    row = scores.rows()["all"]
    assert row["with_flips"] == pytest.approx(0)
    assert row["correct_flip"] == 0
    assert row["corrected_correct_flip"] == 0.5
    raw = {column.name: column.values for column in scores.columns}
    np.testing.assert_allclose(raw["corrected"], [0, raw["raw"][1]])
    assert raw["raw"].min() > 1


def test_each_image_has_its_path_and_its_video_is_drawn():
    clips = ["S9/Waiting 1.54", "S9/Posing.54"]
    scores = body_protocols.score(
        body_protocols.HUMAN36M, _seen(clips, [0.02, 0.02])
    )
    assert scores.paths == ["S9/Waiting 1.54/0", "S9/Posing.54/1"]
    assert scores.units == clips


@pytest.mark.parametrize("clip", ["dancing", "S9/WalkDog 1.54", "S9/Eating.5"])
def test_a_clip_of_another_activity_is_named(clip):
    with pytest.raises(errors.UserError, match=f"{clip}.* none of its 6"):
        body_protocols.score(
            body_protocols.SIMPLE_HUMAN36M, _seen([clip], [0.0])
        )


@pytest.mark.parametrize(
    ("protocol", "skeleton", "lacking"),
    [
        ("simple_human36m", skeletons.HUMAN36M_17, "lacks hip, right_ball"),
        ("human36m_martinez", skeletons.MPI_INF_3DHP, "lacks hip;"),
        ("human36m", skeletons.BODY_25, "lacks pelvis, thorax"),
    ],
)
def test_joints_that_a_detector_lacks_are_named(protocol, skeleton, lacking):
    with pytest.raises(errors.UserError, match=lacking):
        body_protocols.joint_indices(
            body_protocols.PROTOCOLS[protocol], skeleton
        )


def test_without_crops_pixels_are_not_known():
    seen = _seen(["S9/Waiting 1.54"], [0.0], side=np.nan)
    with pytest.raises(errors.UserError, match="prepare it again"):
        body_protocols.score(body_protocols.HUMAN36M, seen)
