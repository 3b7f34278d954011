import numpy as np

from tf_landmarks.data.sources import talking_face


def _cross(count: int) -> np.ndarray:
    """A centre, and points right of it and below it: [count, 5, 2]."""
    cross = [[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0], [0.0, 0.5], [0.0, -0.5]]
    return np.tile(np.float32(cross), (count, 1, 1))


def test_reshaped_faces_stay_near_and_upright():
    faces = talking_face.reshaped(_cross(500), np.random.default_rng(0))
    centre = faces[:, 0]
    right, below = faces[:, 1] - centre, faces[:, 3] - centre
    assert np.abs(centre).max() <= 0.08
    degrees = np.rad2deg(np.arctan2(right[:, 1], right[:, 0]))
    assert 7 < np.abs(degrees).max() <= 8.001
    for side in (right, below):
        length = np.linalg.norm(side, axis=1) / 0.5
        assert length.min() >= 0.8799 and length.max() <= 1.0801
    # Turned, not sheared.
    np.testing.assert_allclose((right * below).sum(axis=1), 0, atol=1e-6)


def test_faces_are_reshaped_each_in_its_own_way():
    faces = talking_face.reshaped(_cross(2), np.random.default_rng(0))
    assert not np.allclose(faces[0], faces[1])


def test_the_last_fifth_is_held_out_and_is_of_nobody_in_the_prior():
    train, test = talking_face._TRAIN, talking_face._TEST
    assert test.path == train.path and test.box == train.box
    assert test.frames.start == 0.8 * test.frames.stop
    assert max(train.frames) < test.frames.start - 200  # eight seconds
    others = [f.path for p in talking_face._OTHER_PEOPLE for f in p]
    assert train.path not in others
    assert len(set(others)) == 5
