import numpy as np
import pytest

from tf_landmarks.data import face_boxes
from tf_landmarks.data import preprocessing


def test_a_crop_is_a_square_about_the_landmarks():
    # Centres of pixels 10 and 30 are 20 apart, and lie at edges + 0.5.
    box = face_boxes.around((10, 0), (30, 10), crop=2.0)
    assert box == (0.5, -14.5, 40, 40)


def test_landmarks_fill_two_thirds_of_the_default_crop():
    box = face_boxes.around((10, 20), (50, 60))
    corners = preprocessing.pixels_to_normalized(
        np.array([[10.0, 20.0], [50.0, 60.0]]), box, 1_000_000
    )
    np.testing.assert_allclose(corners, [[-2 / 3] * 2, [2 / 3] * 2], atol=1e-5)


@pytest.mark.parametrize(
    "low, high",
    [((5, 5), (5, 5)), ((5, 5), (4, 9)), ((0, 0), (np.nan, 1))],
)
def test_what_has_no_extent_is_refused(low, high):
    with pytest.raises(ValueError, match="is not a box"):
        face_boxes.around(low, high)
