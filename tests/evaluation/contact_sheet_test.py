import numpy as np
import pytest

from tf_landmarks import overlay
from tf_landmarks import skeletons
from tf_landmarks.evaluation import contact_sheet

SKELETON = skeletons.Skeleton("two", ("left_eye", "right_eye"), ())
CELL, CAPTION = 192, 18


def _row(truth=None, visibility=None, confidence=1.0):
    return contact_sheet.Row(
        caption="clip, frame 3",
        x=np.full((32, 32, 3), -1.0),
        y=np.full((32, 32, 1), 0.5),
        p=np.array([[-1.0, -1.0], [1.0, 1.0]]),
        confidence=np.full(2, confidence),
        truth=truth,
        visibility=visibility,
    )


def _cell(sheet, row, column):
    top = CAPTION + row * (CELL + CAPTION)
    left = column * CELL
    return np.asarray(sheet)[top : top + CELL, left : left + CELL]


@pytest.mark.parametrize(
    ("num_frames", "chosen"),
    [
        (1, [0]),
        (3, [0, 1, 2]),
        (24, [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]),
    ],
)
def test_frames_are_chosen_evenly(num_frames, chosen):
    assert contact_sheet.chosen_frames(num_frames) == chosen


def test_first_and_last_pixel_lie_half_a_pixel_inside_of_the_cell():
    sheet = contact_sheet.render([_row()], SKELETON, None)
    detected = _cell(sheet, 0, 2)
    # A pixel of 32 is 6 of the cell's: its centre is 3 from the edge.
    np.testing.assert_array_equal(detected[3, 3], overlay.COLOURS["left"])
    last = detected[CELL - 3, CELL - 3]
    np.testing.assert_array_equal(last, overlay.COLOURS["right"])
    assert not detected[20:-20, 20:-20].any()


def test_cells_are_input_skeleton_image_and_landmarks():
    sheet = contact_sheet.render([_row()] * 3, SKELETON, None)
    assert sheet.size == (3 * CELL, CAPTION + 3 * (CELL + CAPTION))
    for row in range(3):
        assert not _cell(sheet, row, 0).any()
        np.testing.assert_array_equal(_cell(sheet, row, 1), 128)


def test_truth_is_shown_where_it_is_labelled():
    truth = np.array([[0.0, 0.0], [1.0, 1.0]])
    row = _row(truth, np.array([1, 0]))
    sheet = contact_sheet.render([row], SKELETON, "labels")
    cell = _cell(sheet, 0, 3)
    np.testing.assert_allclose(cell[96, 96], overlay.COLOURS["left"], atol=40)
    assert not cell[120:, 120:].any()


def test_what_the_truth_is_called_is_written_above_it():
    truth = np.zeros((2, 2))
    row = _row(truth, np.array([2, 2]))
    labels, pseudo_labels = (
        np.asarray(contact_sheet.render([row], SKELETON, name))[:CAPTION]
        for name in ("labels", "pseudo-labels (dlib)")
    )
    np.testing.assert_array_equal(
        labels[:, : 3 * CELL], pseudo_labels[:, : 3 * CELL]
    )
    assert (labels < 128).any(axis=-1).sum() < (pseudo_labels < 128).any(
        -1
    ).sum()


def test_doubtful_landmarks_are_fainter():
    sure, unsure = (
        _cell(
            contact_sheet.render([_row(confidence=c)], SKELETON, None), 0, 2
        ).sum()
        for c in (1.0, 0.01)
    )
    assert 0.2 * sure < unsure < 0.6 * sure
