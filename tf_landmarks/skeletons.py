"""What differs between object categories: landmark names and edges.

A left landmark is named `left_X` and its mirror image `right_X`, as in COCO;
everything that is known about left and right follows from the names.
"""

import itertools
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple


class Skeleton(NamedTuple):
    """K named landmarks and the edges E between them.

    Attributes:
      name: of the category, e.g. "person".
      landmarks: K names.
      edges: pairs of 0-based landmark indices: the limbs that β draws (eq. 1)
        and that overlays show.
    """

    name: str
    landmarks: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]

    @property
    def num_landmarks(self) -> int:
        """K."""
        return len(self.landmarks)

    @property
    def left_right_pairs(self) -> tuple[tuple[int, int], ...]:
        """Indices (left, right) of the landmarks that mirror each other."""
        index = {name: i for i, name in enumerate(self.landmarks)}
        return tuple(
            (i, index["right_" + name.removeprefix("left_")])
            for name, i in index.items()
            if name.startswith("left_")
            and "right_" + name.removeprefix("left_") in index
        )

    @property
    def flip_permutation(self) -> tuple[int, ...]:
        """Landmark i of a mirrored object is landmark `permutation[i]`."""
        permutation = list(range(self.num_landmarks))
        for left, right in self.left_right_pairs:
            permutation[left], permutation[right] = right, left
        return tuple(permutation)

    @property
    def outer_eye_corners(self) -> tuple[int, int] | None:
        """Indices (left, right) of what face errors are measured by.

        None where a category has no landmarks of these names: bodies.
        """
        names = ("left_eye_outer", "right_eye_outer")
        if not set(names) <= set(self.landmarks):
            return None
        left, right = map(self.landmarks.index, names)
        return left, right

    def side(self, index: int) -> str:
        """Which side the name puts a landmark on: left, right or middle."""
        prefix = self.landmarks[index].partition("_")[0]
        return prefix if prefix in ("left", "right") else "middle"

    @property
    def edges_of_sides(
        self,
    ) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
        """The edges without those of the right, and without the left's.

        What joins left and right, such as shoulders, is in both.
        """
        sides = [{self.side(a), self.side(b)} for a, b in self.edges]
        return tuple(
            tuple(
                edge
                for edge, of in zip(self.edges, sides, strict=True)
                if other not in of or own in of
            )
            for own, other in (("left", "right"), ("right", "left"))
        )

    def subset(self, name: str, indices: Iterable[int]) -> "Skeleton":
        """The skeleton of some landmarks, with the edges among them."""
        indices = tuple(indices)
        new_index = {old: new for new, old in enumerate(indices)}
        return Skeleton(
            name,
            tuple(self.landmarks[i] for i in indices),
            tuple(
                (new_index[a], new_index[b])
                for a, b in self.edges
                if a in new_index and b in new_index
            ),
        )

    def to_coco(self) -> dict[str, Any]:
        """A COCO keypoint category; its edges count from 1."""
        return {
            "id": 1,
            "name": self.name,
            "keypoints": list(self.landmarks),
            "skeleton": [[a + 1, b + 1] for a, b in self.edges],
        }


def from_coco(category: Mapping[str, Any]) -> Skeleton:
    """Reads a COCO keypoint category, e.g. `categories[0]` of a file.

    Raises:
      ValueError: without landmark names, with a name that stands twice, or
        with an edge to a landmark that is not there.
    """
    landmarks = tuple(category.get("keypoints", ()))
    if not landmarks:
        raise ValueError("the category has no 'keypoints', the landmark names")
    if len(set(landmarks)) < len(landmarks):
        raise ValueError("a name stands twice among the category's 'keypoints'")
    edges = tuple(
        (int(a) - 1, int(b) - 1) for a, b in category.get("skeleton", ())
    )
    for edge in edges:
        if not all(0 <= end < len(landmarks) for end in edge):
            raise ValueError(
                f"the edge {[end + 1 for end in edge]} of the category's "
                f"'skeleton' does not join two of landmarks 1 to "
                f"{len(landmarks)}"
            )
    return Skeleton(str(category.get("name", "object")), landmarks, edges)


def _sides(names: str) -> tuple[str, ...]:
    """Expands the abbreviations l_ and r_."""
    long = {"l": "left_", "r": "right_"}
    return tuple(
        long[name[0]] + name[2:] if name[1] == "_" else name
        for name in names.split()
    )


def _chain(*indices: int) -> tuple[tuple[int, int], ...]:
    return tuple(itertools.pairwise(indices))


# Human3.6M as its D2_Positions files order it. The edges are those of the
# authors' released recipe; joints without an edge are still regressed.
HUMAN36M = Skeleton(
    "human36m",
    _sides(
        "hip r_hip r_knee r_ankle r_ball r_toes l_hip l_knee l_ankle l_ball "
        "l_toes pelvis thorax neck head_center head_back l_collar l_shoulder "
        "l_elbow l_wrist l_wrist_2 l_thumb l_little l_little_2 r_collar "
        "r_shoulder r_elbow r_wrist r_wrist_2 r_thumb r_little r_little_2"
    ),
    (
        *_chain(5, 3, 2, 1, 11),
        *_chain(10, 8, 7, 6, 11),
        *_chain(15, 13, 11),
        *_chain(19, 18, 17, 13),
        *_chain(27, 26, 25, 13),
    ),
)

# The 17 joints that table 1 scores, in the order of the released evaluation.
HUMAN36M_17 = HUMAN36M.subset(
    "human36m_17",
    (1, 2, 3, 6, 7, 8, 11, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27),
)

# Those, and the toes: they tell front from back.
HUMAN36M_19 = HUMAN36M.subset(
    "human36m_19",
    (1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27),
)

# MPI-INF-3DHP as its annot.mat files order it. The limbs are those of
# HUMAN36M, between the joints that resemble its own.
MPI_INF_3DHP = Skeleton(
    "mpi_inf_3dhp",
    _sides(
        "spine3 spine4 spine2 spine pelvis neck head head_top l_clavicle "
        "l_shoulder l_elbow l_wrist l_hand r_clavicle r_shoulder r_elbow "
        "r_wrist r_hand l_hip l_knee l_ankle l_foot l_toe r_hip r_knee "
        "r_ankle r_foot r_toe"
    ),
    (
        *_chain(27, 25, 24, 23, 4),
        *_chain(22, 20, 19, 18, 4),
        *_chain(7, 5, 4),
        *_chain(11, 10, 9, 5),
        *_chain(16, 15, 14, 5),
    ),
)

BODY_25 = Skeleton(
    "body_25",
    _sides(
        "nose neck r_shoulder r_elbow r_wrist l_shoulder l_elbow l_wrist "
        "mid_hip r_hip r_knee r_ankle l_hip l_knee l_ankle r_eye l_eye r_ear "
        "l_ear l_big_toe l_small_toe l_heel r_big_toe r_small_toe r_heel"
    ),
    (
        *_chain(0, 1, 8, 9, 10, 11, 22, 23),
        *_chain(8, 12, 13, 14, 19, 20),
        *_chain(1, 2, 3, 4),
        *_chain(1, 5, 6, 7),
        *_chain(0, 15, 17),
        *_chain(0, 16, 18),
        (11, 24),
        (14, 21),
    ),
)

# Penn Action as its labels order it.
PENN_ACTION = Skeleton(
    "penn_action",
    _sides(
        "head l_shoulder r_shoulder l_elbow r_elbow l_wrist r_wrist l_hip "
        "r_hip l_knee r_knee l_ankle r_ankle"
    ),
    (
        *_chain(1, 0, 2, 1),
        *_chain(1, 3, 5),
        *_chain(2, 4, 6),
        *_chain(1, 7, 8, 2),
        *_chain(7, 9, 11),
        *_chain(8, 10, 12),
    ),
)


def _ibug_68() -> Skeleton:
    """iBUG's 68 face points; left and right are the person's own."""

    def mirrored(part: str, count: int) -> list[str]:
        """`count` names from the right side, over a middle, to the left."""
        half, has_middle = divmod(count, 2)
        right = [f"right_{part}_{i}" for i in range(half)]
        left = [f"left_{part}_{i}" for i in reversed(range(half))]
        return right + [f"{part}_middle"] * has_middle + left

    def eye(side: str) -> list[str]:
        names = ["outer", "upper_outer", "upper_inner", "inner"]
        names += ["lower_inner", "lower_outer"]
        if side == "left":  # listed from the nose outwards
            names = [names[i] for i in (3, 2, 1, 0, 5, 4)]
        return [f"{side}_eye_{name}" for name in names]

    landmarks = (
        *mirrored("jaw", 17),
        *mirrored("brow", 10),
        *(f"nose_bridge_{i}" for i in range(4)),
        *mirrored("nostril", 5),
        *eye("right"),
        *eye("left"),
        *mirrored("upper_lip", 7),
        *reversed(mirrored("lower_lip", 5)),
        *mirrored("inner_upper_lip", 5),
        *reversed(mirrored("inner_lower_lip", 3)),
    )
    edges = (
        *_chain(*range(17)),
        *_chain(*range(17, 22)),
        *_chain(*range(22, 27)),
        *_chain(*range(27, 31)),
        *_chain(*range(31, 36)),
        *_chain(*range(36, 42), 36),
        *_chain(*range(42, 48), 42),
        *_chain(*range(48, 60), 48),
        *_chain(*range(60, 68), 60),
    )
    return Skeleton("face", landmarks, edges)


IBUG_68 = _ibug_68()
