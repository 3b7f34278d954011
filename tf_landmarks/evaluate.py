"""Evaluates a detector: a table, metrics.json and contact_sheet.png.

bazel run //tf_landmarks:evaluate -- --workdir=W [--data_dir=D] [--split=test]
bazel run //tf_landmarks:evaluate -- --pretrained=NAME --data_dir=D --out=DIR
bazel run //tf_landmarks:evaluate -- --workdir=W --protocol=human36m

The files go into W, where --out names no other folder. With --protocol they
are PROTOCOL.json and PROTOCOL.csv, a row an image.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
from absl import flags as absl_flags

from flags import checkpoint_flags
from flags import data_flags
from flags import evaluation_flags
from flags import output_flags
from flags import pretrained_flags
from flags import run_flags
from tf_landmarks import errors
from tf_landmarks import shipped
from tf_landmarks.evaluation import evaluating
from tf_landmarks.evaluation import scoring

for _module in (
    checkpoint_flags,
    data_flags,
    evaluation_flags,
    output_flags,
    pretrained_flags,
    run_flags,
):
    absl_flags.adopt_module_key_flags(_module)


def main() -> None:
    """Reads the flags, evaluates, prints the table."""
    pretrained = pretrained_flags.PRETRAINED.value
    workdir = shipped.chosen(run_flags.WORKDIR.value, pretrained)
    out = output_flags.OUT.value
    if pretrained and not out:
        raise errors.UserError(
            "evaluate --pretrained needs --out, the folder for the results"
        )
    data = (data_flags.DATA_DIR.value, evaluation_flags.SPLIT.value)
    where = (*data, checkpoint_flags.kind(), out)
    protocol = evaluation_flags.PROTOCOL.value
    if protocol:
        report = scoring.score_workdir(workdir, protocol, *where, _regression())
        files = f"{protocol}.json and {protocol}.csv"
    else:
        report = evaluating.evaluate_workdir(workdir, *where)
        files = f"{evaluating.METRICS_FILE} and {evaluating.SHEET_FILE}"
    print(report.table())
    print(f"see {files} in {out or workdir}")


def _regression() -> scoring.Regression:
    return scoring.Regression(
        evaluation_flags.REGRESSOR_RIDGE.value,
        evaluation_flags.REGRESSOR_INTERCEPT.value,
    )


if __name__ == "__main__":
    command_line.run(main)
