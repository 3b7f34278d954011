"""What an evaluation says: metrics.json, and a table for people."""

from typing import Any
from typing import NamedTuple

import numpy as np
import tabulate

from tf_landmarks import skeletons
from tf_landmarks.evaluation import metrics

DEFINITIONS = {
    "percent_of_image": (
        "distance of the detected to the true landmarks, mean over visible "
        "landmarks, then frames, in percent of the image's side"
    ),
    "percent_of_image_with_flips": (
        "the same, with left and right of the whole skeleton exchanged in "
        "frames where that is less"
    ),
    "mean_pose_percent_of_image": (
        "the same, of the prior's mean pose as the answer for every frame: "
        "the number to beat"
    ),
    "correct_flip": (
        "share of labelled frames where exchanging left and right makes it "
        "worse"
    ),
    "percent_of_outer_eye_distance": (
        "faces: distance of the detected to the true landmarks, in percent of "
        "the distance between the true outer corners of the eyes in the same "
        "frame, mean over visible landmarks, then outer_eye_frames"
    ),
    "mean_pose_percent_of_outer_eye_distance": (
        "the same, of the prior's mean pose as the answer for every frame"
    ),
    "frames": "in the split",
    "labelled_frames": "with a visible landmark: these count in the means",
    "outer_eye_frames": (
        "labelled frames with both outer corners of the eyes visible, and not "
        "at one place: the others are left out of "
        "percent_of_outer_eye_distance"
    ),
    "skeleton_encoder_percent_of_image": (
        "percent_of_image of eta(beta(p)) on skeleton_encoder_poses"
    ),
}

# Of the table: its heads, and where their numbers are in metrics.json.
_COLUMNS = {
    "error": "percent_of_image",
    "with flips": "percent_of_image_with_flips",
    "mean pose": "mean_pose_percent_of_image",
    "correct flip": "correct_flip",
}
_COLUMNS_OF_FACES = {
    "error/eyes": "percent_of_outer_eye_distance",
    "mean pose/eyes": "mean_pose_percent_of_outer_eye_distance",
}
_COUNTS = {"labelled": "labelled_frames", "frames": "frames"}

_HOW_TO_GET_LABELS = (
    "The {split} split has no labels to compare with: prepare the data with "
    "--test_frames and --test_labels, or, for faces, --pseudo_labels=dlib."
)


class Report(NamedTuple):
    """An evaluation.

    Attributes:
      split: that was evaluated.
      labels: what the truth is: "labels", "pseudo-labels (dlib)"; None where
        the split has none.
      errors: by clip, in percent of the image; NaN without a truth.
      skeleton_encoder_error: of η(β(p)), in percent of the image; None
        without an η.
      skeleton_encoder_poses: what p was: as `labels`, or "prior".
      image_size: S in pixels.
      skeleton: of the landmarks.
      checkpoint_step: updates of stage 2 that the detector had; None if not
        known.
    """

    split: str
    labels: str | None
    errors: dict[str, metrics.FrameErrors]
    skeleton_encoder_error: float | None
    skeleton_encoder_poses: str
    image_size: int
    skeleton: skeletons.Skeleton
    checkpoint_step: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The contents of metrics.json; None is "not known"."""
        return {
            **metrics.summarize(self._all()),
            "skeleton_encoder_percent_of_image": self.skeleton_encoder_error,
            "skeleton_encoder_poses": self.skeleton_encoder_poses,
            "labels": self.labels,
            "split": self.split,
            "checkpoint_step": self.checkpoint_step,
            "image_size": self.image_size,
            "num_landmarks": self.skeleton.num_landmarks,
            "per_clip": {
                clip: metrics.summarize(errors)
                for clip, errors in self.errors.items()
            },
            "definitions": DEFINITIONS,
        }

    def _all(self) -> metrics.FrameErrors:
        columns = zip(*self.errors.values(), strict=True)
        return metrics.FrameErrors(*map(np.concatenate, columns))

    def table(self) -> str:
        """For a terminal."""
        rows = {clip: metrics.summarize(e) for clip, e in self.errors.items()}
        rows["all"] = metrics.summarize(self._all())
        columns = dict(_COLUMNS)
        if self.skeleton.outer_eye_corners:
            columns |= _COLUMNS_OF_FACES
        return "\n".join(
            (
                self._title(),
                _table(rows, columns | _COUNTS),
                *self._remarks(rows["all"]),
            )
        )

    def _title(self) -> str:
        against = f", against {self.labels}" if self.labels else ""
        return (
            f"{self.split} split, {self.skeleton.num_landmarks} landmarks, "
            f"{self.image_size}x{self.image_size}, "
            f"step {self.checkpoint_step}{against}; errors in % of the image"
        )

    def _remarks(self, numbers: dict[str, Any]) -> list[str]:
        remarks = []
        if self.skeleton.outer_eye_corners and self.labels:
            remarks.append(_by_eyes(numbers))
        if self.skeleton_encoder_error is not None:
            remarks.append(
                f"skeleton encoder, on {self.skeleton_encoder_poses}: "
                f"{self.skeleton_encoder_error:.2f} % of the image"
            )
        if not self.labels:
            remarks.append(_HOW_TO_GET_LABELS.format(split=self.split))
        return remarks


def _table(rows: dict[str, dict], columns: dict[str, str]) -> str:
    return tabulate.tabulate(
        [
            [clip, *(values[key] for key in columns.values())]
            for clip, values in rows.items()
        ],
        headers=["clip", *columns],
        floatfmt=".2f",
        missingval="-",
        disable_numparse=[0],
    )


def _by_eyes(numbers: dict[str, Any]) -> str:
    """What the columns of faces are, and which frames are not in them."""
    text = "/eyes: in % of the distance between the outer corners of the eyes"
    left_out = numbers["labelled_frames"] - numbers["outer_eye_frames"]
    if left_out:
        text += (
            f"; {left_out} labelled frames are left out: a corner is not "
            "visible, or both are at one place"
        )
    return text
