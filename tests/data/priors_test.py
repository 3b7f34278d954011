import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import priors


def _source(labelled=True):
    """One clip of one frame, and 40 poses; pose i is at i."""
    labels = (tiny_runs.TEST_LABELS, np.array([2, 0, 1])) if labelled else ()

    def frames():
        image = np.zeros([50, 60, 3], np.uint8)
        yield clips.Frame(0, image, (0.0, 0.0, 50.0, 50.0), *labels)

    poses = np.arange(40.0)[:, None, None] + np.zeros([1, 3, 2])
    return clips.Source(
        "made",
        {"from": "nowhere"},
        tiny_runs.SKELETON,
        {"test": [clips.Clip("a", frames, 1)]},
        {"train": clips.Poses(poses, np.arange(160.0).reshape(40, 4), 7)},
    )


def _drawn(count, seed=0):
    return priors.draw(_source(), count, seed).poses["train"]


def test_poses_are_drawn_once_each_with_their_boxes():
    drawn = _drawn(15)
    numbers = drawn.keypoints[:, 0, 0]
    assert len(set(numbers)) == 15
    np.testing.assert_array_equal(drawn.boxes[:, 0], 4 * numbers)
    assert drawn.left_out == 7
    np.testing.assert_array_equal(
        _drawn(40).keypoints, _source().poses["train"].keypoints
    )


def test_a_seed_draws_the_same_and_another_others():
    first, again, other = _drawn(5), _drawn(5), _drawn(5, seed=1)
    np.testing.assert_array_equal(first.keypoints, again.keypoints)
    assert (first.keypoints != other.keypoints).any()


def test_a_smaller_prior_is_part_of_a_larger_one():
    few, many = _drawn(5).keypoints[:, 0, 0], _drawn(20).keypoints[:, 0, 0]
    assert set(few) < set(many)


def test_what_was_drawn_is_described():
    description = priors.draw(_source(), 5, 3).description
    assert description == {"from": "nowhere", "prior_size": 5, "seed": 3}


def test_more_poses_than_there_are_are_refused():
    with pytest.raises(
        errors.UserError, match="--prior_size=41 is more than the 40 poses"
    ):
        _drawn(41)


_OTHERS = skeletons.Skeleton("doll", ("right_fist", "foot", "face"), ((0, 1),))
_NAMES = {"head": "face", "right_hand": "right_fist"}


def _exchanged(labelled=True):
    poses = clips.Poses(np.zeros([2, 3, 2]), np.ones([2, 4]))
    return priors.exchange(_source(labelled), _OTHERS, poses, _NAMES), poses


def test_another_prior_brings_its_skeleton_and_its_poses():
    source, poses = _exchanged()
    assert source.skeleton == _OTHERS
    assert source.poses == {"train": poses}


def test_labels_become_those_of_the_priors_landmarks():
    (clip,) = _exchanged()[0].clips["test"]
    assert (clip.name, clip.length) == ("a", 1)
    (frame,) = clip.frames()
    # right_fist is the right hand, third of three; there is no foot.
    np.testing.assert_array_equal(frame.keypoints, [[10, 40], [0, 0], [30, 10]])
    np.testing.assert_array_equal(frame.visibility, [1, 0, 2])


def test_frames_without_labels_stay_without():
    (clip,) = _exchanged(labelled=False)[0].clips["test"]
    (frame,) = clip.frames()
    assert frame.keypoints is None and frame.visibility is None


def test_gathered_poses_are_normalised_by_their_boxes_grown_to_squares():
    gathered = priors.Gathered(2)
    keypoints = np.array([[[10.0, 20.0], [19.0, 29.0]]] * 2)
    boxes = np.array([[10, 20, 10, 10], [10, 20, 10, 5]])
    gathered.add(keypoints[:1], boxes[:1], 10, ["a"])
    gathered.add(keypoints[1:], boxes[1:], 10, ["b"])
    gathered.add(keypoints[1:], boxes[1:], 10, ["c"])
    poses = gathered.poses("folder")
    # The second box is 2.5 pixels higher when it is square: 5 of 9 in [-1, 1].
    np.testing.assert_allclose(
        poses.keypoints,
        [[[-1, -1], [1, 1]], [[-1, -4 / 9], [1, 14 / 9]]][:1],
        atol=1e-6,
    )
    assert poses.left_out == 2  # 14 / 9 is more than 1.5
    assert poses.first_left_out == "b"
    np.testing.assert_array_equal(poses.boxes, boxes[:1])


def test_no_poses_at_all_are_an_error():
    gathered = priors.Gathered(2)
    gathered.add(np.full([1, 2, 2], np.nan), np.ones([1, 4]), 10, ["a"])
    with pytest.raises(errors.UserError, match="folder: no pose there has all"):
        gathered.poses("folder")
