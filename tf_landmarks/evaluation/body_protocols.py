"""How Human3.6M and its simplified version are scored: tables 1, 2 and 5.

The distance of the detected to the true joints (not squared), mean over the
joints, then over an activity's frames, then over the activities, however many
frames each has. Coordinates are this project's, of pixels' centres; the
authors' code mixes two conventions, half a pixel apart.
"""

from typing import NamedTuple

import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import activities
from tf_landmarks.data import joint_maps
from tf_landmarks.evaluation import flips
from tf_landmarks.evaluation import predictions
from tf_landmarks.evaluation import protocol_reports

_MARTINEZ_17 = (0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)


class BodyProtocol(NamedTuple):
    """A protocol.

    Attributes:
      name: of it.
      joints: that are scored, by Human3.6M's names.
      activities: in the paper's order.
      in_pixels: of the original image under the crop; else in percent of the
        crop's side.
    """

    name: str
    joints: tuple[str, ...]
    activities: tuple[str, ...]
    in_pixels: bool


HUMAN36M = BodyProtocol(
    "human36m",
    skeletons.HUMAN36M_17.landmarks,
    activities.HUMAN36M,
    in_pixels=True,
)
# The 17 joints that others score: the root of the body in place of the joint
# beside it.
HUMAN36M_MARTINEZ = HUMAN36M._replace(
    name="human36m_martinez",
    joints=skeletons.HUMAN36M.subset("", _MARTINEZ_17).landmarks,
)
SIMPLE_HUMAN36M = BodyProtocol(
    "simple_human36m",
    skeletons.HUMAN36M.landmarks,
    activities.SIMPLE_HUMAN36M,
    in_pixels=False,
)
PROTOCOLS = {
    protocol.name: protocol
    for protocol in (HUMAN36M, HUMAN36M_MARTINEZ, SIMPLE_HUMAN36M)
}


def score(
    protocol: BodyProtocol, seen: predictions.Predictions
) -> protocol_reports.Scores:
    """Scores the frames of a test split.

    Raises:
      errors.UserError: the detector lacks joints, a clip is of no activity of
        the protocol, or crops are not known where pixels are asked for.
    """
    joints = joint_indices(protocol, seen.skeleton)
    of_clip = {clip: _activity(protocol, clip) for clip in set(seen.clips)}
    found = flips.errors(
        seen.p[:, joints],
        seen.truth[:, joints],
        seen.visibility[:, joints],
        None if seen.q is None else seen.q[:, joints],
        seen.skeleton.subset("", joints).flip_permutation,
        seen.image_size,
    )
    if protocol.in_pixels:
        found = found.scaled(_sides(seen) / 100.0)
    return protocol_reports.Scores(
        protocol=protocol.name,
        landmarks=protocol.joints,
        paths=seen.paths,
        group_name="activity",
        groups=[of_clip[clip] for clip in seen.clips],
        group_order=protocol.activities,
        units=seen.clips,
        columns=_columns(protocol, found),
        overall="all",
    )


def joint_indices(
    protocol: BodyProtocol, skeleton: skeletons.Skeleton
) -> list[int]:
    """Where a skeleton has the protocol's joints.

    One of MPI-INF-3DHP has them under its own names.

    Raises:
      errors.UserError: it lacks one.
    """
    names = {joint: joint for joint in protocol.joints}
    if skeleton.landmarks == skeletons.MPI_INF_3DHP.landmarks:
        names = joint_maps.find("h36m", "mpi_inf_3dhp")
    lacking = [
        joint
        for joint in protocol.joints
        if names.get(joint) not in skeleton.landmarks
    ]
    if lacking:
        raise errors.UserError(
            f"--protocol={protocol.name} scores {len(protocol.joints)} joints "
            f"of Human3.6M, of which the detector's {skeleton.name} lacks "
            f"{', '.join(lacking)}; choose another protocol"
        )
    return [skeleton.landmarks.index(names[joint]) for joint in protocol.joints]


def _activity(protocol: BodyProtocol, clip: str) -> str:
    activity = activities.of_recording(clip)
    if activity not in protocol.activities:
        raise errors.UserError(
            f"--protocol={protocol.name}: the clip {clip!r} is of none of its "
            f"{len(protocol.activities)} activities; give --data_dir with "
            "Human3.6M's own clips, as prepare names them"
        )
    return activity


def _sides(seen: predictions.Predictions) -> np.ndarray:
    """Of the crops, in pixels of the original images: [N]."""
    sides = seen.boxes[:, 2]
    if np.isnan(sides).any():
        raise errors.UserError(
            "--data_dir does not say where its frames were cropped, and the "
            "protocol measures in pixels of the originals; prepare it again"
        )
    return sides


def _columns(
    protocol: BodyProtocol, found: flips.FlipErrors
) -> list[protocol_reports.Column]:
    unit = "pixels of the original image"
    if not protocol.in_pixels:
        unit = "percent of the image's side"
    column = protocol_reports.Column
    return [
        column("raw", found.raw, f"error in {unit}, as detected"),
        column(
            "corrected",
            found.corrected,
            "the same, left and right exchanged where eta of stage 1 has it "
            "so: the released code's 'no flips'",
        ),
        column(
            "with_flips",
            found.with_flips,
            "the same, left and right exchanged where that is less",
        ),
        column(
            "correct_flip",
            found.correct_flip,
            "share of frames that an exchange makes worse, as detected",
            per_image=False,
        ),
        column(
            "corrected_correct_flip",
            found.corrected_correct_flip,
            "the same, after the correction",
            per_image=False,
        ),
    ]
