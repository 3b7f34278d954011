"""How 300-W is scored: table 3.

The distance of the detected to the true landmarks, mean over the 68, in
percent of a distance of the same face, then mean over images. The paper says
"inter-ocular": the outer corners of the eyes, as 300-W's own script and the
code of [59] have it. Some of the works that its table 3 quotes divide by the
distance of the pupils, about 1.4 times shorter; both are reported, by name.
"""

import collections

import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.evaluation import linear_regressor
from tf_landmarks.evaluation import metrics
from tf_landmarks.evaluation import predictions
from tf_landmarks.evaluation import protocol_reports

NAME = "w300"
SUBSETS = ("common", "challenging")

# Images of the whole 300-W, as [51] divides it.
_OF_SUBSETS = {"common": 554, "challenging": 135}
_OF_TRAINING_SET = 3148

_OUTER = "outer corners of the eyes"
_PUPILS = "middles of the eyes' six points (inter-pupil)"


def score(
    seen: predictions.Predictions,
    regressor: linear_regressor.LinearRegressor | None = None,
) -> protocol_reports.Scores:
    """Scores the test split, before and after a regressor.

    Args:
      seen: the test split; a clip's name begins with its subset.
      regressor: fitted on the training set; None: only before.

    Raises:
      errors.UserError: see `check`; or a clip is of neither subset.
    """
    check(seen.skeleton)
    of_clip = {clip: _subset(clip) for clip in set(seen.clips)}
    return protocol_reports.Scores(
        protocol=NAME,
        landmarks=seen.skeleton.landmarks,
        paths=seen.paths,
        group_name="subset",
        groups=[of_clip[clip] for clip in seen.clips],
        group_order=SUBSETS,
        units=seen.paths,
        columns=_columns(seen, regressor),
        overall="full",
        weighted=True,
        facts={
            "regressor": _described(regressor),
            "num_images_of_whole_300w_by_subset": _OF_SUBSETS,
        },
        remarks=_remarks(seen, regressor),
    )


def check(skeleton: skeletons.Skeleton) -> None:
    """Refuses a detector of other landmarks.

    Raises:
      errors.UserError: they are not iBUG's 68.
    """
    if skeleton.landmarks != skeletons.IBUG_68.landmarks:
        raise errors.UserError(
            f"--protocol={NAME} scores the 68 landmarks of iBUG, the detector "
            f"has {skeleton.num_landmarks} of {skeleton.name}; choose another "
            "protocol"
        )


def _subset(clip: str) -> str:
    subset = clip.partition("/")[0]
    if subset not in SUBSETS:
        raise errors.UserError(
            f"--protocol={NAME}: the clip {clip!r} is neither of the common "
            "nor of the challenging set; give --data_dir with 300-W, as "
            "prepare makes it"
        )
    return subset


def _columns(seen, regressor) -> list[protocol_reports.Column]:
    answers = [("", seen.p, "")]
    if regressor is not None:
        text = ", after the linear regressor"
        answers.append(("regressed_", regressor(seen.p), text))
    by_outer, by_pupils = eye_distances(seen.truth, seen.visibility)
    columns = []
    for prefix, p, remark in answers:
        error = metrics.percent_of_image(
            p, seen.truth, seen.visibility, seen.image_size
        )
        # `eye_distances` are of [-1, 1], S - 1 pixels.
        error = error * 2 * seen.image_size / (seen.image_size - 1)
        for name, distance, meaning in (
            ("by_outer_eye_corners", by_outer, _OUTER),
            ("by_pupils", by_pupils, _PUPILS),
        ):
            columns.append(
                protocol_reports.Column(
                    prefix + name,
                    error / distance,
                    f"error in percent of the distance between the {meaning}"
                    + remark,
                )
            )
    return columns


def eye_distances(
    truth: np.ndarray, visibility: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Between the outer corners of the eyes, and between their middles.

    Args:
      truth: [N, 68, 2].
      visibility: [N, 68].

    Returns:
      two of [N], in the truth's unit; NaN where a point is not visible.
    """
    known = np.where(visibility[..., np.newaxis] > 0, truth, np.nan)
    left, right = skeletons.IBUG_68.outer_eye_corners
    outer = np.linalg.norm(known[:, left] - known[:, right], axis=-1)
    middles = [
        known[:, _points_of(f"{side}_eye_")].mean(axis=1)
        for side in ("left", "right")
    ]
    pupils = np.linalg.norm(middles[0] - middles[1], axis=-1)
    return tuple(np.where(d > 0, d, np.nan) for d in (outer, pupils))


def _points_of(prefix: str) -> list[int]:
    landmarks = enumerate(skeletons.IBUG_68.landmarks)
    return [i for i, name in landmarks if name.startswith(prefix)]


def _remarks(seen, regressor) -> list[str]:
    """Says where these are not all images of 300-W."""
    subsets = collections.Counter(map(_subset, seen.clips))
    parts = [
        (f"{subset} is", subsets[subset], whole)
        for subset, whole in _OF_SUBSETS.items()
        if subset in subsets
    ]
    if regressor is not None:
        fitted = "the regressor is fitted on"
        parts.append((fitted, regressor.num_images, _OF_TRAINING_SET))
    return [
        f"{what} {count} images in place of {whole}: the errors do not compare "
        "with those of others"
        for what, count, whole in parts
        if count != whole
    ]


def _described(regressor) -> dict | None:
    if regressor is None:
        return None
    return {
        "fitted_on_images": regressor.num_images,
        "coordinates": "2K numbers in [-1, 1] of the crop",
        "has_intercept": regressor.has_intercept,
        "ridge": regressor.ridge,
    }
