import numpy as np

from tf_landmarks import skeletons
from tf_landmarks.data.sources import talking_face


def _cross(count: int) -> np.ndarray:
    """A centre, and points right of it and below it: [count, 5, 2]."""
    cross = [[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0], [0.0, 0.5], [0.0, -0.5]]
    return np.tile(np.float32(cross), (count, 1, 1))


def _face(nose: float) -> np.ndarray:
    """[68, 2]: all in the middle but ends of the jaw, an eye, and the nose."""
    names = skeletons.IBUG_68.landmarks
    face = np.zeros([68, 2])
    face[names.index("right_jaw_0")] = -0.4, 0.1
    face[names.index("left_jaw_0")] = 0.6, 0.1
    face[names.index("left_eye_outer")] = 0.3, -0.2
    face[names.index("nose_bridge_3")] = nose, 0.3
    return face


def test_faces_that_look_to_the_left_are_mirrored():
    faces = np.stack([_face(0.11), _face(0.09)])  # the middle is 0.1
    as_it_was, mirrored = talking_face.turned_right(faces)
    np.testing.assert_array_equal(as_it_was, faces[0])
    names = skeletons.IBUG_68.landmarks
    for name, point in (
        ("right_jaw_0", (-0.6, 0.1)),
        ("left_jaw_0", (0.4, 0.1)),
        ("right_eye_outer", (-0.3, -0.2)),
        ("left_eye_outer", (0.0, 0.0)),
        ("nose_bridge_3", (-0.09, 0.3)),
    ):
        np.testing.assert_allclose(mirrored[names.index(name)], point)


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
