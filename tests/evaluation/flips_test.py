import numpy as np
import pytest

from tf_landmarks.evaluation import flips

# In 101 pixels a distance of 2 in [-1, 1] is 100 pixels: 100 * 100 / 101 %.
SIZE = 101
PERCENT = 50 * 100 / 101  # of a distance of 1

# Head, left hand, right hand; the hands are 1 apart.
TRUTH = np.array([[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0]])
EXCHANGED = TRUTH[[0, 2, 1]]
FLIP = (0, 2, 1)


def _errors(p, q=None, visibility=None):
    p = np.asarray(p)
    truth = np.tile(TRUTH, (len(p), 1, 1))
    if visibility is None:
        visibility = np.full(p.shape[:2], 2)
    return flips.errors(
        p, truth, visibility, None if q is None else np.asarray(q), FLIP, SIZE
    )


def test_raw_and_with_flips_are_those_of_the_whole_skeleton():
    # Exchanged hands; and one hand where the other is, which no exchange mends.
    half = np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 0.0]])
    errors = _errors([TRUTH, EXCHANGED, half])
    third = PERCENT / 3
    np.testing.assert_allclose(errors.raw, [0, 2 * third, third])
    np.testing.assert_allclose(errors.exchanged, [2 * third, 0, third])
    np.testing.assert_allclose(errors.with_flips, [0, 0, third])
    np.testing.assert_array_equal(errors.correct_flip, [1, 0, 0])


def test_eta_of_stage_1_decides_and_not_the_truth():
    p = [TRUTH, TRUTH, EXCHANGED, EXCHANGED]
    q = [TRUTH, EXCHANGED, TRUTH, EXCHANGED]
    errors = _errors(p, q)
    wrong = 2 * PERCENT / 3
    np.testing.assert_array_equal(errors.is_wrong, [False, True, True, False])
    np.testing.assert_allclose(errors.corrected, [0, wrong, 0, wrong])
    np.testing.assert_array_equal(errors.corrected_correct_flip, [1, 0, 1, 0])
    np.testing.assert_allclose(errors.with_flips, 0)


def test_where_eta_is_undecided_nothing_is_exchanged():
    q = TRUTH * [0, 1]  # both hands in the middle
    errors = _errors([EXCHANGED], [q])
    assert not errors.is_wrong[0]


def test_eta_compares_landmarks_that_are_not_labelled_too():
    visibility = np.array([[2, 0, 0]])
    errors = _errors([EXCHANGED], [TRUTH], visibility)
    np.testing.assert_array_equal(errors.is_wrong, [True])
    np.testing.assert_array_equal(errors.corrected, [0])


def test_without_eta_nothing_is_known_of_a_correction():
    errors = _errors([TRUTH])
    assert errors.is_wrong is None
    assert np.isnan(errors.corrected).all()
    assert np.isnan(errors.corrected_correct_flip).all()


def test_without_labels_nothing_is_known():
    errors = _errors([TRUTH], [TRUTH], np.zeros([1, 3]))
    for values in (
        errors.raw,
        errors.corrected,
        errors.with_flips,
        errors.correct_flip,
        errors.corrected_correct_flip,
    ):
        assert np.isnan(values).all()


def test_errors_scale_and_decisions_do_not():
    errors = _errors([EXCHANGED, EXCHANGED], [TRUTH, EXCHANGED])
    scaled = errors.scaled(np.array([2.0, 10.0]))
    wrong = 2 * PERCENT / 3
    np.testing.assert_allclose(scaled.raw, [2 * wrong, 10 * wrong])
    np.testing.assert_allclose(scaled.corrected, [0, 10 * wrong])
    np.testing.assert_array_equal(scaled.correct_flip, [0, 0])


@pytest.mark.parametrize("permutation", [(1, 2, 0), (0, 1), (0, 1, 2, 3)])
def test_what_is_no_exchange_of_pairs_is_refused(permutation):
    p = TRUTH[np.newaxis]
    with pytest.raises(ValueError, match="is no exchange of pairs"):
        flips.errors(p, p, np.ones([1, 3]), None, permutation, SIZE)
