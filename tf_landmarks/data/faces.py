"""Poses of iBUG's 68 face points, redrawn as other people's.

Landmarks of one person teach η one person's proportions, which it then sees in
everybody. Here parts of a face change against each other: each pose becomes
another person's, who may smile, or open the mouth.

A face is seen upright: the outer corners of the eyes lie level, their distance
is 1, and (0, 0) is the middle of the eyes; x to the right, y down.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tf_landmarks import skeletons

_SKELETON = skeletons.IBUG_68


class Proportions(NamedTuple):
    """How faces differ from what they were; 0 is as before. [N] each.

    Attributes:
      nose_length: ln of the factor from the eyes to the nose's foot; mouth and
        chin go along.
      nose_width: ln of the factor.
      lip_distance: ln of the factor from the nose's foot to the upper lip;
        mouth and chin go along.
      mouth_width: ln of the factor.
      mouth_height: ln of the factor, lips and opening alike.
      mouth_opening: how far the lower lip goes down, at most until the lips
        close; the chin follows.
      smile: how far the corners of the mouth go up.
      chin_height: ln of the factor from the lower lip to the chin.
      jaw_width: ln of the factor.
      eye_opening: ln of the factor.
      brow_height: how far the brows go up.
    """

    nose_length: np.ndarray | float = 0.0
    nose_width: np.ndarray | float = 0.0
    lip_distance: np.ndarray | float = 0.0
    mouth_width: np.ndarray | float = 0.0
    mouth_height: np.ndarray | float = 0.0
    mouth_opening: np.ndarray | float = 0.0
    smile: np.ndarray | float = 0.0
    chin_height: np.ndarray | float = 0.0
    jaw_width: np.ndarray | float = 0.0
    eye_opening: np.ndarray | float = 0.0
    brow_height: np.ndarray | float = 0.0


# Standard deviations among the people and expressions of clmtrackr 1.1.2's
# shape model (models/model_pca_20_svm.js: 71 points, 20 components). Measured
# on 200,000 faces drawn from its Gaussian, each upright as above: of a length
# sd / mean, of a shift sd. Those of them that look straight ahead have the
# same. Drawn independently they move the chin by 0.13, as the model does.
SPREAD = Proportions(
    nose_length=0.12,
    nose_width=0.065,
    lip_distance=0.24,
    mouth_width=0.125,
    mouth_height=0.15,  # of the lips, without the opening
    mouth_opening=0.095,
    smile=0.05,
    chin_height=0.20,
    jaw_width=0.05,  # from ear to ear
    eye_opening=0.24,
    brow_height=0.047,
)
_MOST_SDS = 2.5  # beyond are no people to be expected
# Of the lower lip's way down; by regression in the same model.
_CHIN_FOLLOWS = 0.8


def _named(is_one: Callable[[str], bool]) -> list[int]:
    return [i for i, name in enumerate(_SKELETON.landmarks) if is_one(name)]


_JAW = _named(lambda name: "jaw" in name)
_BROWS = _named(lambda name: "brow" in name)
_NOSE = _named(lambda name: "nose_bridge" in name or "nostril" in name)
_NOSTRILS = _named(lambda name: "nostril" in name)
_EYES = _named(lambda name: "_eye_" in name)
_MOUTH = _named(lambda name: "lip" in name)
_LOWER_LIP = _named(lambda name: "lower_lip" in name)

_index = _SKELETON.landmarks.index
_CHIN, _NOSE_FOOT = _index("jaw_middle"), _index("nostril_middle")
_UPPER_LIP_TOP = _index("upper_lip_middle")
_LOWER_LIP_BOTTOM = _index("lower_lip_middle")
_INNER_UPPER_LIP = _index("inner_upper_lip_middle")
_INNER_LOWER_LIP = _index("inner_lower_lip_middle")
_MOUTH_CORNERS = [_index("right_upper_lip_0"), _index("left_upper_lip_0")]


def _eye(side: str) -> tuple[int, int, list[int]]:
    """Indices of the inner corner, the outer one, and the lids."""
    inner, outer = _index(f"{side}_eye_inner"), _index(f"{side}_eye_outer")
    eye = _named(lambda name: name.startswith(f"{side}_eye_"))
    return inner, outer, [i for i in eye if i not in (inner, outer)]


def as_other_people(poses: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each pose as another person's; half of them, by lot, mirrored.

    Args:
      poses: [N, 68, 2] in [-1, 1].
      rng: source of the draws.

    Returns:
      float32 [N, 68, 2]; places, sizes and turns are kept.
    """
    chosen = rng.random((len(poses), 1, 1)) < 0.5
    poses = np.where(chosen, mirrored(poses), poses)
    return reproportioned(poses, random_proportions(len(poses), rng))


def mirrored(poses: np.ndarray) -> np.ndarray:
    """Poses [N, 68, 2] as a mirror at x = 0 shows them."""
    return (poses * [-1, 1])[:, _SKELETON.flip_permutation]


def random_proportions(count: int, rng: np.random.Generator) -> Proportions:
    """Draws [count] people: normally, as widely as people differ."""
    draws = rng.normal(size=(len(SPREAD), count))
    draws = draws.clip(-_MOST_SDS, _MOST_SDS)
    return Proportions(*(np.array(SPREAD)[:, np.newaxis] * draws))


def reproportioned(poses: np.ndarray, people: Proportions) -> np.ndarray:
    """Poses as other people's.

    Args:
      poses: [N, 68, 2], any unit.
      people: N of them.

    Returns:
      float32 [N, 68, 2]; the eyes' corners stay where they are.
    """
    middle = poses[:, _EYES].mean(axis=1, keepdims=True)  # [N, 1, 2]
    axes = _axes(poses)
    faces = (poses - middle) @ np.linalg.inv(axes)
    people = Proportions(*(np.reshape(field, (-1, 1)) for field in people))
    _open_eyes(faces, people.eye_opening)
    faces[:, _BROWS, 1] -= people.brow_height
    _lengthen_nose(faces, people.nose_length)
    _stretch(faces, _NOSTRILS, 0, [_NOSE_FOOT], people.nose_width)
    _lower_lips(faces, people.lip_distance)
    _stretch(faces, _MOUTH, 0, _MOUTH_CORNERS, people.mouth_width)
    _stretch(faces, _MOUTH, 1, _MOUTH, people.mouth_height)
    _open_mouth(faces, people.mouth_opening)
    _smile(faces, people.smile)
    _lengthen_chin(faces, people.chin_height)
    faces[:, _JAW, 0] *= np.exp(people.jaw_width)
    return (faces @ axes + middle).astype(np.float32)


def _axes(poses: np.ndarray) -> np.ndarray:
    """What (1, 0) and (0, 1) of the upright faces are: rows, [N, 2, 2]."""
    left, right = _SKELETON.outer_eye_corners
    across = poses[:, left] - poses[:, right]  # the left eye is on the right
    down = across[:, ::-1] * [-1, 1]
    return np.stack([across, down], axis=1)


# What follows changes upright faces [N, 68, 2] in place, by amounts [N, 1].


def _stretch(
    faces: np.ndarray,
    part: list[int],
    axis: int,
    about: list[int],
    amount: np.ndarray,
) -> None:
    """Stretches a part in x (axis 0) or y (1) about the mean of points."""
    centre = faces[:, about, axis].mean(axis=1, keepdims=True)
    offsets = faces[:, part, axis] - centre
    faces[:, part, axis] = centre + offsets * np.exp(amount)


def _open_eyes(faces: np.ndarray, amount: np.ndarray) -> None:
    """Moves lids off the line from corner to corner, or nearer to it."""
    for inner, outer, lids in map(_eye, ("left", "right")):
        start = faces[:, [inner]]
        line = faces[:, [outer]] - start  # [N, 1, 2]
        along = (faces[:, lids, 0] - start[..., 0]) / line[..., 0]
        on_line = start[..., 1] + along * line[..., 1]  # [N, 4]
        heights = faces[:, lids, 1] - on_line
        faces[:, lids, 1] = on_line + heights * np.exp(amount)


def _lengthen_nose(faces: np.ndarray, amount: np.ndarray) -> None:
    foot = faces[:, [_NOSE_FOOT], 1]
    faces[:, _NOSE, 1] *= np.exp(amount)
    _lower_mouth(faces, faces[:, [_NOSE_FOOT], 1] - foot)


def _lower_lips(faces: np.ndarray, amount: np.ndarray) -> None:
    distance = faces[:, [_UPPER_LIP_TOP], 1] - faces[:, [_NOSE_FOOT], 1]
    _lower_mouth(faces, distance * np.expm1(amount))


def _lower_mouth(faces: np.ndarray, by: np.ndarray) -> None:
    faces[:, _MOUTH, 1] += by
    _lower_chin(faces, by)


def _lower_chin(faces: np.ndarray, by: np.ndarray) -> None:
    """Stretches the jaw down from the height of the eyes, where ears are."""
    faces[:, _JAW, 1] *= 1.0 + by / faces[:, [_CHIN], 1]


def _open_mouth(faces: np.ndarray, by: np.ndarray) -> None:
    gap = faces[:, [_INNER_LOWER_LIP], 1] - faces[:, [_INNER_UPPER_LIP], 1]
    by = np.maximum(by, -gap)
    towards_middle = 1.0 - _towards_corners(faces, _LOWER_LIP)
    faces[:, _LOWER_LIP, 1] += by * towards_middle
    _lower_chin(faces, _CHIN_FOLLOWS * by)


def _smile(faces: np.ndarray, by: np.ndarray) -> None:
    faces[:, _MOUTH, 1] -= by * _towards_corners(faces, _MOUTH)


def _towards_corners(faces: np.ndarray, lips: list[int]) -> np.ndarray:
    """A parabola in x: 0 in the middle of the mouth, 1 at its corners."""
    corners = faces[:, _MOUTH_CORNERS, 0]  # [N, 2]
    middle = corners.mean(axis=1, keepdims=True)
    half = np.ptp(corners, axis=1)[:, np.newaxis] / 2.0
    return np.minimum(((faces[:, lips, 0] - middle) / half) ** 2, 1.0)


def _lengthen_chin(faces: np.ndarray, amount: np.ndarray) -> None:
    distance = faces[:, [_CHIN], 1] - faces[:, [_LOWER_LIP_BOTTOM], 1]
    _lower_chin(faces, distance * np.expm1(amount))
