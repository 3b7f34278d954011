"""Evaluates a detector: a table, metrics.json and contact_sheet.png.

bazel run //tf_landmarks:evaluate -- --workdir=W [--data_dir=D] [--split=test]
bazel run //tf_landmarks:evaluate -- --pretrained=NAME --data_dir=D --out=DIR

The files go into W, where --out names no other folder.
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
    report = evaluating.evaluate_workdir(
        workdir,
        data_flags.DATA_DIR.value,
        evaluation_flags.SPLIT.value,
        checkpoint_flags.kind(),
        out,
    )
    print(report.table())
    files = f"{evaluating.METRICS_FILE} and {evaluating.SHEET_FILE}"
    print(f"see {files} in {out or workdir}")


if __name__ == "__main__":
    command_line.run(main)
