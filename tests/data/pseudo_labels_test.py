import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import pseudo_labels


def _source(skeleton=skeletons.IBUG_68, labels=None, split="test"):
    return clips.Source("made", {}, skeleton, {split: []}, {}, labels)


@pytest.mark.parametrize(
    "source, message",
    [
        (_source(split="train"), "no test split; give --test_frames"),
        (_source(labels="labels"), "has labels; drop --test_labels"),
        (_source(skeleton=tiny_runs.SKELETON), "the poses have 3; drop"),
    ],
)
def test_what_dlib_cannot_label_is_refused_before_it_is_fetched(
    source, message
):
    with pytest.raises(errors.UserError, match=message):
        pseudo_labels.label_test_split(source)


def test_frames_without_a_face_are_left_out():
    def frames():
        for number in range(5):
            image = np.full((4, 4, 3), number, np.uint8)
            yield clips.Frame(number, image, (0, 0, 4, 4))

    def find_in_odd_frames(image, box):
        number = image[0, 0, 0]
        return np.full((68, 2), number) if number % 2 else None

    labelled = list(
        pseudo_labels.labelled(clips.Clip("a", frames), find_in_odd_frames)
    )
    assert [frame.number for frame in labelled] == [1, 3]
    for frame in labelled:
        np.testing.assert_array_equal(frame.keypoints[5], [frame.number] * 2)
        np.testing.assert_array_equal(frame.visibility, [2] * 68)
