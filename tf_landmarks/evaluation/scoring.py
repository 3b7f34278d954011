"""Runs a detector over a split and scores it by a protocol of the paper."""

import hashlib
import json
import math
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf
import tqdm

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.data import integrity
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.evaluation import body_protocols
from tf_landmarks.evaluation import evaluating
from tf_landmarks.evaluation import face_protocol
from tf_landmarks.evaluation import linear_regressor
from tf_landmarks.evaluation import predictions
from tf_landmarks.evaluation import protocol_reports
from tf_landmarks.models import architecture
from tf_landmarks.models import landmark_detector

_BATCH_SIZE = 32
_TRAINING_SPLIT = "labelled"  # of 300-W, for the regressor


class Regression(NamedTuple):
    """Of 300-W's regressor: see `linear_regressor.fit`."""

    ridge: float = 0.0
    intercept: bool = False


class _Run(NamedTuple):
    """A detector, and data to try it on.

    `read_again` is η of stage 1 after β; None where there is no stage 1, as
    for a detector that was trained with labels.
    """

    detector: landmark_detector.LandmarkDetector
    read_again: Callable[[tf.Tensor], tf.Tensor] | None
    data_dir: str
    info: records.DatasetInfo

    def predict(self, split: str) -> predictions.Predictions:
        """What the detector says of a labelled split."""
        frames = pipelines.evaluation_frames(
            self.data_dir, self.info, split, _BATCH_SIZE
        )
        evaluating.check(self.detector, self.data_dir, self.info, split)
        total = math.ceil(self.info.splits[split].frames / _BATCH_SIZE)
        frames = tqdm.tqdm(frames, f"score {split}", total, unit="batch")
        return predictions.detect(self.detector, self.read_again, frames)


def score_workdir(
    workdir: str,
    protocol: str,
    data_dir: str | None = None,
    split: str = "test",
    kind: str = "step",
    out: str | None = None,
    regression: Regression = Regression(),  # noqa: B008  (is immutable)
) -> protocol_reports.Scores:
    """Scores a run; writes PROTOCOL.json and PROTOCOL.csv.

    Args:
      workdir: of the run.
      protocol: one of `body_protocols.PROTOCOLS`, or `face_protocol.NAME`.
      data_dir: prepared folder; None is the one that it was trained on.
      split: of the data, with labels.
      kind: of checkpoint, see `workdirs.load_detector`.
      out: folder of the two files; None is the workdir.
      regression: how 300-W's regressor is fitted.

    Raises:
      errors.UserError: see `workdirs`, `records.read_info`,
        `evaluating.check` and the protocols; the split has no labels; or the
        folder cannot be written to.
    """
    detector, step = workdirs.load_detector(workdir, kind)
    arch = workdirs.read_architecture(workdir)
    data_dir = data_dir or workdirs.read_data_dir(workdir)
    info = records.read_info(data_dir)
    _check_labels(data_dir, info, split)
    read_again, eta_0_step = _load_read_again(workdir, arch)
    run = _Run(detector, read_again, data_dir, info)
    try:
        scores = _score(run, protocol, split, regression)
    except tf.errors.DataLossError as error:
        raise integrity.explain_data_loss(error, data_dir) from error
    skipped = len((info.source or {}).get("skipped", []))
    if skipped:
        scores = scores.with_remark(
            f"{skipped} bad files were left out when {data_dir} was prepared "
            f"({records.INFO_FILE} there names them): the errors may not "
            "compare with those of others"
        )
    scores = scores.with_facts(
        checkpoint_step=step,
        eta_0_step=eta_0_step,
        split=split,
        labels=info.labels,
        data=info.name,
        image_size=info.image_size,
        skipped_files=skipped,
        run_sha256=_digest_of_run(workdir),
    )
    _write(scores, *((out, "out") if out else (workdir, "workdir")))
    return scores


def _check_labels(data_dir: str, info: records.DatasetInfo, split: str) -> None:
    if info.labels is None or split == "train":
        raise errors.UserError(
            f"--split={split} of {data_dir} has no labels, and a protocol "
            "compares with them; prepare the data with labels, or evaluate "
            "without --protocol"
        )


def _load_read_again(
    workdir: str, arch: architecture.Architecture
) -> tuple[Callable[[tf.Tensor], tf.Tensor] | None, int | None]:
    """η as stage 1 left it, after β, and the updates that η has had."""
    eta_0, beta = arch.eta(), arch.beta()
    eta_0(tf.zeros([1, *arch.skeleton_shape]))
    folder = workdirs.checkpoints(workdir, "skeleton")
    step = workdirs.restore({"eta": eta_0}, folder, partial=True)
    if step is None:
        return None, None

    @tf.function(reduce_retracing=True)
    def read_again(p):
        return eta_0(beta(p), training=False)

    return read_again, step


def _score(
    run: _Run, protocol: str, split: str, regression: Regression
) -> protocol_reports.Scores:
    if protocol != face_protocol.NAME:
        body = body_protocols.PROTOCOLS[protocol]
        body_protocols.joint_indices(body, run.detector.skeleton)
        return body_protocols.score(body, run.predict(split))
    face_protocol.check(run.detector.skeleton)
    regressor = None
    if _TRAINING_SPLIT in run.info.splits:
        regressor = _fit(run, regression)
    return face_protocol.score(run.predict(split), regressor)


def _fit(run: _Run, regression: Regression) -> linear_regressor.LinearRegressor:
    seen = run.predict(_TRAINING_SPLIT)
    try:
        return linear_regressor.fit(
            seen.p, seen.truth, seen.visibility, *regression
        )
    except ValueError as error:
        raise errors.UserError(
            f"{run.data_dir}: of the split {_TRAINING_SPLIT!r}, which the "
            f"regressor is fitted on, {error}; prepare it again"
        ) from error


def _digest_of_run(workdir: str) -> str:
    """Of what made the detector."""
    text = (pathlib.Path(workdir) / "run.json").read_bytes()
    return hashlib.sha256(text).hexdigest()


def _write(scores: protocol_reports.Scores, folder: str, flag: str) -> None:
    with staging.staged(folder, flag) as hidden:
        scores.write_csv(hidden / f"{scores.protocol}.csv")
        text = json.dumps(scores.to_json(), indent=1, allow_nan=False)
        (hidden / f"{scores.protocol}.json").write_text(text + "\n")
