"""Runs a detector over a split and compares it with what is known."""

import collections
import json
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tqdm

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import integrity
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.evaluation import contact_sheet
from tf_landmarks.evaluation import metrics
from tf_landmarks.evaluation import reports
from tf_landmarks.models import hourglass_detector
from tf_landmarks.models import landmark_detector
from tf_landmarks.models import renderer

METRICS_FILE = "metrics.json"
SHEET_FILE = "contact_sheet.png"

_BATCH_SIZE = 32
# That η alone is tried on.
_MOST_PRIOR_POSES = 1024
_MOST_TEST_POSES = 10_000


class Evaluation(NamedTuple):
    """The numbers, and the frames to show."""

    report: reports.Report
    rows: list[contact_sheet.Row]


class _Frame(NamedTuple):
    """A frame, what was detected and what is known of it."""

    clip_id: str
    number: int
    x: np.ndarray
    p: np.ndarray
    confidence: np.ndarray
    y: np.ndarray
    truth: np.ndarray
    visibility: np.ndarray
    errors: tuple[float, float, float, float]  # as in metrics.FrameErrors


def evaluate_workdir(
    workdir: str,
    data_dir: str | None = None,
    split: str = "test",
    kind: str = "step",
    out: str | None = None,
) -> reports.Report:
    """Evaluates a run; writes metrics.json and contact_sheet.png.

    Args:
      workdir: of the run.
      data_dir: prepared folder; None is the one that it was trained on.
      split: of the data.
      kind: of checkpoint, see `workdirs.load_detector`.
      out: folder of the two files; None is the workdir.

    Raises:
      errors.UserError: see `workdirs`, `records.read_info` and `evaluate`; or
        the folder cannot be written to.
    """
    detector, step = workdirs.load_detector(workdir, kind)
    data_dir = data_dir or workdirs.read_data_dir(workdir)
    info = records.read_info(data_dir)
    beta = workdirs.read_architecture(workdir).beta()
    try:
        report, rows = evaluate(detector, beta, data_dir, info, split)
    except tf.errors.DataLossError as error:
        raise integrity.explain_data_loss(error, data_dir) from error
    report = report._replace(checkpoint_step=step)
    sheet = contact_sheet.render(rows, info.skeleton, report.labels)
    target = (out, "out") if out else (workdir, "workdir")
    with staging.staged(*target) as folder:
        sheet.save(folder / SHEET_FILE)
        text = json.dumps(report.to_json(), indent=1, allow_nan=False)
        (folder / METRICS_FILE).write_text(text + "\n")
    return report


def evaluate(
    detector: landmark_detector.LandmarkDetector
    | hourglass_detector.HourglassDetector,
    beta: renderer.Renderer,
    data_dir: str,
    info: records.DatasetInfo,
    split: str = "test",
) -> Evaluation:
    """Evaluates on all frames of a split.

    Args:
      detector: Φ and η, or an hourglass.
      beta: that η alone is tried on.
      data_dir: prepared folder.
      info: of it.
      split: of it.

    Raises:
      errors.UserError: no frames in the split, they do not fit the detector,
        or there are no poses to take a mean of, as in data of 300-W.
    """
    frames = pipelines.evaluation_frames(data_dir, info, split, _BATCH_SIZE)
    check(detector, data_dir, info, split)
    labels = info.labels if "p" in frames.element_spec else None
    prior = pipelines.load_poses(data_dir, info)
    total = info.splits[split].frames
    shown = set(contact_sheet.chosen_frames(total))
    by_clip, rows, whole_poses = collections.defaultdict(list), [], []
    seen = _detect(detector, frames, prior.mean(axis=0))
    seen = tqdm.tqdm(seen, f"evaluate {split}", total, unit="frame")
    for i, frame in enumerate(seen):
        by_clip[frame.clip_id].append(frame.errors)
        if frame.visibility.all():
            whole_poses.append(frame.truth)
        if i in shown:
            rows.append(_row(frame, labels))
    poses = (
        whole_poses[:: math.ceil(total / _MOST_TEST_POSES)]
        or prior[:: math.ceil(len(prior) / _MOST_PRIOR_POSES)]
    )
    encoder_error = None
    if isinstance(detector, landmark_detector.LandmarkDetector):
        poses = np.asarray(poses)
        encoder_error = skeleton_encoder_error(detector, beta, poses)
    report = reports.Report(
        split,
        labels,
        {clip: _columns(rows) for clip, rows in by_clip.items()},
        encoder_error,
        labels if whole_poses else "prior",
        detector.image_size,
        detector.skeleton,
    )
    return Evaluation(report, rows)


def skeleton_encoder_error(
    detector: landmark_detector.LandmarkDetector,
    beta: renderer.Renderer,
    poses: np.ndarray,
) -> float:
    """percent_of_image of η(β(p)) on poses p [N, K, 2] in [-1, 1]."""
    batches = tf.data.Dataset.from_tensor_slices(poses).batch(_BATCH_SIZE)
    p = [detector.eta(beta(batch), training=False) for batch in batches]
    visibility = np.ones(poses.shape[:2])
    return float(
        metrics.percent_of_image(
            np.concatenate(p), poses, visibility, detector.image_size
        ).mean()
    )


def check(
    detector: landmark_detector.LandmarkDetector,
    data_dir: str,
    info: records.DatasetInfo,
    split: str,
) -> None:
    """Refuses data that a detector cannot be tried on.

    Raises:
      errors.UserError: no frames in the split, or of other landmarks or
        another size than the detector's.
    """
    if not info.splits[split].frames:
        raise errors.UserError(
            f"--split={split}: there are no frames in this split of "
            f"{data_dir}; choose another, or prepare the data with frames"
        )
    if info.skeleton.landmarks != detector.skeleton.landmarks:
        raise errors.UserError(
            f"--data_dir={data_dir} has {info.skeleton.num_landmarks} "
            f"landmarks of {info.skeleton.name}, other than the detector's "
            f"{detector.skeleton.num_landmarks} of {detector.skeleton.name}; "
            "give data that were prepared with the same poses"
        )
    if info.image_size != detector.image_size:
        raise errors.UserError(
            f"--data_dir={data_dir} has images of {info.image_size} pixels, "
            f"the detector takes {detector.image_size}; prepare the data with "
            f"--image_size={detector.image_size}"
        )


def _detect(
    detector: landmark_detector.LandmarkDetector,
    frames: tf.data.Dataset,
    mean_pose: np.ndarray,
) -> Iterator[_Frame]:
    for batch in frames.as_numpy_iterator():
        p, confidence, y = (t.numpy() for t in detector(batch["x"]))
        truth = batch.get("p", np.zeros_like(p))
        visibility = batch.get("visibility", np.zeros(p.shape[:2]))
        frame_errors = metrics.frame_errors(
            p,
            mean_pose,
            truth,
            visibility,
            detector.image_size,
            detector.skeleton.flip_permutation,
            detector.skeleton.outer_eye_corners,
        )
        yield from map(
            _Frame,
            (clip_id.decode() for clip_id in batch["clip_id"]),
            batch["frame_number"],
            batch["x"],
            p,
            confidence,
            y,
            truth,
            visibility,
            zip(*frame_errors, strict=True),
        )


def _columns(frame_errors: list[tuple]) -> metrics.FrameErrors:
    return metrics.FrameErrors(*np.array(frame_errors).T)


def _row(frame: _Frame, labels: str | None) -> contact_sheet.Row:
    caption = f"{frame.clip_id}, frame {frame.number}"
    shown = [frame.x, frame.y, frame.p, frame.confidence]
    if labels:
        error = frame.errors[0]
        caption += f": {error:.1f} % of the image from the {labels}"
        shown += [frame.truth, frame.visibility]
    return contact_sheet.Row(caption, *shown)
