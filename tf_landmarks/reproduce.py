"""Repeats a table of the paper: prepares, trains, evaluates each row.

bazel run //tf_landmarks:reproduce -- --table=5 --scale=small
bazel run //tf_landmarks:reproduce -- --table=2 --sources=simple_h36m=DIR

Trainings of another --seed than 0, and their tables, go to folders seed_N.
Says first what it will run, what is missing and how long it will take. The
same command goes on where it was stopped.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import pathlib

import tensorflow as tf
from absl import flags as absl_flags

from flags import dataset_flags
from flags import output_flags
from flags import preparing_flags
from flags import reproduction_flags
from flags import run_flags
from flags import training_flags
from tf_landmarks import errors
from tf_landmarks.reproduction import paper_tables
from tf_landmarks.reproduction import planning
from tf_landmarks.reproduction import running
from tf_landmarks.reproduction import small_tables
from tf_landmarks.reproduction import sources
from tf_landmarks.reproduction import tables

for _module in (output_flags, reproduction_flags, run_flags):
    absl_flags.adopt_module_key_flags(_module)
# Of the flags that the rows set.
_OURS_TOO = (
    dataset_flags.SEED,
    preparing_flags.SKIP_BAD,
    training_flags.PERCEPTUAL_WEIGHTS,
)
for _flag in _OURS_TOO:
    absl_flags.declare_key_flag(_flag.name)

_TABLES = (*paper_tables.ALL, *small_tables.ALL)


def main() -> None:
    """Reads the flags, runs the table."""
    _check_flags()
    # This process would take all of its memory, and leave none to `train`.
    tf.config.set_visible_devices([], "GPU")
    known = sources.names(row for table in _TABLES for row in table.rows)
    weights = training_flags.PERCEPTUAL_WEIGHTS
    given = planning.Given(
        sources.parse(reproduction_flags.SOURCES.value, known),
        weights.value if weights.present else None,
        preparing_flags.SKIP_BAD.value,
        dataset_flags.SEED.value,
    )
    out = pathlib.Path(output_flags.OUT.value or "docs/tables") / given.runs
    running.reproduce(
        _find_table(),
        run_flags.WORKDIR.value or "runs",
        given,
        str(out),
    )


def _check_flags() -> None:
    """Refuses flags that mean nothing here: the recipe of a row has them."""
    ours = {flag.name for flag in _OURS_TOO}
    defined = absl_flags.FLAGS.flags_by_module_dict()
    for module in (dataset_flags, preparing_flags, training_flags):
        for flag in defined[module.__name__]:
            if flag.present and flag.name not in ours:
                raise errors.UserError(
                    f"--{flag.name} is set by the recipes of a table's rows; "
                    "drop it, or train such a run by itself"
                )


def _find_table() -> tables.Table:
    number = reproduction_flags.TABLE.value
    scale = reproduction_flags.SCALE.value
    if number is None:
        raise errors.UserError("--table is missing; give a number from 1 to 5")
    scales = {t.scale: t for t in _TABLES if t.number == int(number)}
    if scale not in scales:
        raise errors.UserError(
            f"--table={number} has no --scale={scale}; tables 1, 4 and 5 have. "
            f"Give --scale={next(iter(scales))}"
        )
    return scales[scale]


if __name__ == "__main__":
    command_line.run(main)
