"""Evaluates a run: a table, W/metrics.json and W/contact_sheet.png.

bazel run //tf_landmarks:evaluate -- --workdir=W [--data_dir=D] [--split=test]
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
from absl import flags as absl_flags

from flags import checkpoint_flags
from flags import data_flags
from flags import evaluation_flags
from flags import run_flags
from tf_landmarks import errors
from tf_landmarks.evaluation import evaluating

for _module in (checkpoint_flags, data_flags, evaluation_flags, run_flags):
    absl_flags.adopt_module_key_flags(_module)


def main() -> None:
    """Reads the flags, evaluates, prints the table."""
    workdir = run_flags.WORKDIR.value
    if not workdir:
        raise errors.UserError("--workdir is missing; name the folder of a run")
    report = evaluating.evaluate_workdir(
        workdir,
        data_flags.DATA_DIR.value,
        evaluation_flags.SPLIT.value,
        checkpoint_flags.kind(),
    )
    print(report.table())
    files = f"{evaluating.METRICS_FILE} and {evaluating.SHEET_FILE}"
    print(f"see {files} in {workdir}")


if __name__ == "__main__":
    command_line.run(main)
