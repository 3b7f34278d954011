"""Which joints are in sight: a definition, as joints lie inside the body.

A joint is hidden when at its pixel one sees another part of the body than
those that meet in it, or one of these from too far in front of it.
"""

import numpy as np

from tf_landmarks import skeletons
from tf_landmarks.data.avatars import posing
from tf_landmarks.data.avatars import rasterizer
from tf_landmarks.data.avatars import surfaces

HIDDEN, VISIBLE = 1, 2  # COCO's flags of labelled landmarks

# How deep a joint lies under its own skin, in shares of the hip's height; the
# most of several people from several sides.
_DEPTHS = {
    "pelvis": 0.215,
    "thorax": 0.232,
    "neck": 0.17,
    "head_center": 0.124,
    "head_back": 0.091,
    "hip": 0.246,
    "knee": 0.119,
    "ankle": 0.106,
    "toes": 0.199,
    "shoulder": 0.182,
    "elbow": 0.132,
    "wrist": 0.077,
}
_DEPTH_MARGIN = 1.3

# The bones whose skin may lie over a joint that is in sight; * is its side, ?
# the letter of it.
_NEAR = {
    "pelvis": (
        *("Hips", "LowerBack", "LHipJoint", "RHipJoint"),
        *("LeftUpLeg", "RightUpLeg"),
    ),
    "thorax": ("Spine", "Spine1", "LeftShoulder", "RightShoulder"),
    "neck": ("Neck", "Neck1", "Spine1", "LeftShoulder", "RightShoulder"),
    "head_center": ("Head", "Neck", "Neck1"),
    "head_back": ("Head",),
    "hip": ("Hips", "?HipJoint", "*UpLeg", "LowerBack"),
    "knee": ("*UpLeg", "*Leg"),
    "ankle": ("*Leg", "*Foot", "*ToeBase"),
    "toes": ("*Foot", "*ToeBase"),
    "shoulder": ("*Shoulder", "*Arm", "Spine1"),
    "elbow": ("*Arm", "*ForeArm"),
    "wrist": ("*ForeArm", "*Hand", "?Thumb", "*FingerBase", "*HandFinger1"),
}


class Sight:
    """Tells which joints of a person are in sight."""

    def __init__(self, surface: surfaces.Surface, person: posing.Person):
        names = skeletons.HUMAN36M_19.landmarks
        bones = np.zeros([len(names), len(person.body.bones)], bool)
        for row, name in zip(bones, names, strict=True):
            row[[person.body.bone(b) for b in _near(name)]] = True
        self._may_cover = bones  # [19, B]
        self._main_bones = person.body.main_bones()[surface.sources]  # [N]
        depths = np.array([_DEPTHS[posing.side_and_kind(n)[1]] for n in names])
        self._depths = _DEPTH_MARGIN * depths * person.hip_height  # [19]

    def flags(
        self,
        pixels: np.ndarray,
        depths: np.ndarray,
        triangles: np.ndarray,
        fragments: rasterizer.Fragments,
        size: int,
    ) -> np.ndarray:
        """HIDDEN or VISIBLE for each joint.

        Args:
          pixels: [19, 2] of the joints, integers are centres.
          depths: [19] of the joints.
          triangles: [M, 3] that were drawn.
          fragments: what is seen of them.
          size: H = W of that picture.

        Returns:
          [19]; HIDDEN outside the picture.
        """
        flags = np.full(len(pixels), HIDDEN)
        column, row = np.rint(pixels).astype(int).T
        inside = ((pixels > -0.5) & (pixels < size - 0.5)).all(axis=1)
        for joint in np.flatnonzero(inside):
            pixel = row[joint] * size + column[joint]
            seen = np.searchsorted(fragments.pixels, pixel)
            if seen == len(fragments.pixels) or fragments.pixels[seen] != pixel:
                flags[joint] = VISIBLE  # on the outline: nothing in front
                continue
            corners = triangles[fragments.triangles[seen]]
            covers = self._may_cover[joint, self._main_bones[corners]].any()
            gap = depths[joint] - fragments.depths[seen]
            if covers and gap < self._depths[joint]:
                flags[joint] = VISIBLE
        return flags


def _near(joint: str) -> list[str]:
    """Names of bones."""
    side, kind = posing.side_and_kind(joint)
    return [
        bone.replace("*", side).replace("?", side[:1]) for bone in _NEAR[kind]
    ]
