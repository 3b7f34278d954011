import itertools

import numpy as np
import pytest

from tf_landmarks import skeletons
from tf_landmarks.data import faces

_NAMES = skeletons.IBUG_68.landmarks
_EYE_CORNERS = [  # from the left of the picture to its right
    "right_eye_outer",
    "right_eye_inner",
    "left_eye_inner",
    "left_eye_outer",
]
_CORNER_INDICES = [_NAMES.index(name) for name in _EYE_CORNERS]


def _face() -> np.ndarray:
    """An upright face [68, 2] of round numbers, the eyes' corners 1 apart."""
    around = np.linspace(0, np.pi, 17)
    jaw = np.stack([-0.8 * np.cos(around), 1.4 * np.sin(around)], axis=1)
    brow = [[x, -0.25] for x in (0.2, 0.3, 0.4, 0.5, 0.6)]
    bridge = [[0, y] for y in (0.0, 0.1, 0.2, 0.3)]
    nostrils = [[x, 0.4] for x in (-0.2, -0.1, 0.0, 0.1, 0.2)]
    eye = [[0.2, 0], [0.3, -0.05], [0.4, -0.05]]
    eye += [[0.5, 0], [0.4, 0.05], [0.3, 0.05]]  # from the inner corner
    top = [[x, 0.7] for x in (-0.2, -0.1, 0.0, 0.1, 0.2)]
    bottom = [[x, 0.9] for x in (0.2, 0.1, 0.0, -0.1, -0.2)]
    inner_top = [[x, 0.75] for x in (-0.1, 0.0, 0.1)]
    inner_bottom = [[x, 0.85] for x in (0.1, 0.0, -0.1)]
    lips = [[-0.3, 0.8], *top, [0.3, 0.8], *bottom]
    lips += [[-0.2, 0.8], *inner_top, [0.2, 0.8], *inner_bottom]
    left = np.array(eye)
    right = left[[3, 2, 1, 0, 5, 4]] * [-1, 1]
    brows = [*(np.array(brow[::-1]) * [-1, 1]), *brow]
    return np.array([*jaw, *brows, *bridge, *nostrils, *right, *left, *lips])


def _with(pose: np.ndarray, **proportions: float) -> np.ndarray:
    """The pose with these proportions, [68, 2]."""
    (face,) = faces.reproportioned(
        pose[np.newaxis], faces.Proportions(**proportions)
    )
    return face


def _part(name: str) -> str:
    """corner or lid of an eye, or what else the name says."""
    if name in _EYE_CORNERS:
        return "corner"
    for word in ("jaw", "brow", "nose", "nostril", "lower_lip", "lip"):
        if word in name:
            return word
    return "lid"


def test_the_face_of_these_tests_has_eyes_where_their_names_say():
    assert _CORNER_INDICES == [36, 39, 42, 45]
    corners = [[-0.5, 0], [-0.2, 0], [0.2, 0], [0.5, 0]]
    np.testing.assert_allclose(_face()[_CORNER_INDICES], corners)
    left, right = skeletons.IBUG_68.outer_eye_corners
    assert (_NAMES[right], _NAMES[left]) == (_EYE_CORNERS[0], _EYE_CORNERS[3])


def test_a_face_of_the_same_proportions_is_the_same():
    face = _with(_face())
    assert face.dtype == np.float32
    np.testing.assert_allclose(face, _face(), atol=1e-6)


@pytest.mark.parametrize(
    "proportion, moves",
    [
        ("nose_length", {"nose", "nostril", "lip", "lower_lip", "jaw"}),
        ("nose_width", {"nostril"}),
        ("lip_distance", {"lip", "lower_lip", "jaw"}),
        ("mouth_width", {"lip", "lower_lip"}),
        ("mouth_height", {"lip", "lower_lip"}),
        ("mouth_opening", {"lower_lip", "jaw"}),
        ("smile", {"lip", "lower_lip"}),
        ("chin_height", {"jaw"}),
        ("jaw_width", {"jaw"}),
        ("eye_opening", {"lid"}),
        ("brow_height", {"brow"}),
    ],
)
def test_a_proportion_moves_only_what_it_is_of(proportion, moves):
    face = _with(_face(), **{proportion: 0.05})
    moved = np.abs(face - _face()).max(axis=1) > 1e-4
    assert {_part(_NAMES[i]) for i in np.flatnonzero(moved)} == moves


# By hand: the nose's foot is at 0.4, the lips from 0.7 to 0.9 with a gap of
# 0.1, the mouth 0.6 wide, the chin at 1.4.
@pytest.mark.parametrize(
    "proportion, amount, landmark, place",
    [
        ("nose_length", np.log(1.5), "nostril_middle", (0, 0.6)),
        ("nose_length", np.log(1.5), "nose_bridge_3", (0, 0.45)),
        ("nose_length", np.log(1.5), "right_upper_lip_0", (-0.3, 1.0)),
        ("nose_length", np.log(1.5), "jaw_middle", (0, 1.6)),
        ("nose_length", np.log(1.5), "right_jaw_0", (-0.8, 0)),
        ("nose_width", np.log(2), "right_nostril_0", (-0.4, 0.4)),
        ("lip_distance", np.log(1.5), "upper_lip_middle", (0, 0.85)),
        ("lip_distance", np.log(1.5), "jaw_middle", (0, 1.55)),
        ("mouth_width", np.log(1.5), "left_upper_lip_0", (0.45, 0.8)),
        ("mouth_height", np.log(2), "upper_lip_middle", (0, 0.6)),
        ("mouth_height", np.log(2), "lower_lip_middle", (0, 1.0)),
        ("mouth_opening", 0.09, "lower_lip_middle", (0, 0.99)),
        ("mouth_opening", 0.09, "right_lower_lip_1", (-0.1, 0.98)),
        ("mouth_opening", 0.1, "jaw_middle", (0, 1.48)),
        ("mouth_opening", -0.5, "inner_lower_lip_middle", (0, 0.75)),
        ("smile", 0.09, "left_upper_lip_0", (0.3, 0.71)),
        ("smile", 0.09, "left_lower_lip_1", (0.1, 0.89)),
        ("smile", 0.09, "inner_upper_lip_middle", (0, 0.75)),
        ("chin_height", np.log(1.2), "jaw_middle", (0, 1.5)),
        ("jaw_width", np.log(1.1), "left_jaw_0", (0.88, 0)),
        ("eye_opening", np.log(2), "left_eye_upper_inner", (0.3, -0.1)),
        ("brow_height", 0.05, "right_brow_0", (-0.6, -0.3)),
    ],
)
def test_places_by_hand(proportion, amount, landmark, place):
    face = _with(_face(), **{proportion: amount})
    np.testing.assert_allclose(
        face[_NAMES.index(landmark)], place, rtol=0, atol=1e-6
    )


def test_a_tilted_face_is_changed_as_an_upright_one():
    turn = 0.3 * np.array([[0.8, 0.6], [-0.6, 0.8]])  # and smaller

    def placed(face):
        return face @ turn + [0.1, -0.2]

    people = dict.fromkeys(faces.Proportions._fields, 0.1)
    np.testing.assert_allclose(
        _with(placed(_face()), **people),
        placed(_with(_face(), **people)),
        atol=1e-6,
    )


def test_lids_open_off_the_line_between_slanting_corners():
    face = _face()
    outer_corners = list(skeletons.IBUG_68.outer_eye_corners)
    face[outer_corners, 1] += 0.03  # both: the face stays upright
    upper = _NAMES.index("left_eye_upper_outer")
    face[upper] = [0.4, 0.02 - 0.05]  # 2/3 of the way from the inner corner
    opened = _with(face, eye_opening=np.log(2))
    np.testing.assert_allclose(
        opened[_CORNER_INDICES], face[_CORNER_INDICES], atol=1e-6
    )
    np.testing.assert_allclose(opened[upper], [0.4, 0.02 - 0.1], atol=1e-6)


def test_mirrored_twice_is_the_same():
    poses = np.random.default_rng(0).normal(size=(3, 68, 2))
    once = faces.mirrored(poses)
    np.testing.assert_array_equal(faces.mirrored(once), poses)
    left, right = skeletons.IBUG_68.outer_eye_corners
    np.testing.assert_array_equal(once[:, left], poses[:, right] * [-1, 1])


def test_half_of_the_people_are_mirrored():
    poses = np.tile(_face(), (2_000, 1, 1))
    poses[..., 0] += 0.3
    people = faces.as_other_people(poses, np.random.default_rng(0))
    is_mirrored = people[:, _CORNER_INDICES, 0].mean(axis=1) < 0
    assert 0.45 < is_mirrored.mean() < 0.55


def test_people_differ_as_widely_as_stated():
    people = faces.random_proportions(20_000, np.random.default_rng(0))
    for draws, sd in zip(people, faces.SPREAD, strict=True):
        assert draws.std() == pytest.approx(sd, rel=0.04)
        assert abs(draws.mean()) < 0.03 * sd
        assert np.abs(draws).max() <= 2.5 * sd
    # Each on its own.
    correlations = np.corrcoef(np.array(people)) - np.eye(len(people))
    assert np.abs(correlations).max() < 0.03


def test_all_people_have_faces():
    poses = np.tile(_face(), (2_000, 1, 1))
    people = faces.as_other_people(poses, np.random.default_rng(0))
    y = dict(zip(_NAMES, people[..., 1].T, strict=True))
    downwards = [
        "nose_bridge_0",
        "nostril_middle",
        "upper_lip_middle",
        "inner_upper_lip_middle",
        "inner_lower_lip_middle",
        "lower_lip_middle",
        "jaw_middle",
    ]
    for above, below in itertools.pairwise(downwards):
        assert (y[above] <= y[below] + 1e-6).all(), (above, below)
    np.testing.assert_allclose(
        people[:, _CORNER_INDICES], poses[:, _CORNER_INDICES], atol=1e-6
    )


def test_the_same_seed_gives_the_same_bytes():
    poses = np.tile(_face(), (4, 1, 1))

    def draw(seed: int) -> bytes:
        rng = np.random.default_rng(seed)
        return faces.as_other_people(poses, rng).tobytes()

    assert draw(0) == draw(0)
    assert draw(0) != draw(1)
