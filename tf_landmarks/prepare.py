"""Prepares raw videos and poses: TFRecords that `train` reads.

bazel run //tf_landmarks:prepare -- --dataset=video --frames=DIR \
    --poses=poses.json --data_dir=OUT
"""

from tf_landmarks import command_line
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import preparing
from tf_landmarks.data import pseudo_labels
from tf_landmarks.data.sources import demo

from flags import data_flags

_DEMO_VIEWS = 5000


def source_of_flags() -> clips.Source:
    """The source that the flags name."""
    dataset = data_flags.DATASET.value
    if dataset.startswith("demo"):
        return demo.source(
            data_flags.PRIOR_CAMERAS.value or _DEMO_VIEWS,
            data_flags.SEED.value,
            data_flags.IMAGE_SIZE.value,
            dataset,
        )
    raise errors.UserError(
        f"--dataset={dataset}: unknown; choose video or demo"
    )


def main(argv) -> None:
    """Reads the flags, writes `--data_dir`."""
    del argv
    data_dir = data_flags.DATA_DIR.value
    if not data_dir:
        raise errors.UserError("--data_dir is missing; name the folder to make")
    source = source_of_flags()
    if data_flags.PSEUDO_LABELS.value == "dlib":
        source = pseudo_labels.label_test_split(source)
    preparing.prepare(
        source,
        data_dir,
        data_flags.IMAGE_SIZE.value,
        data_flags.SKIP_BAD.value,
    )


if __name__ == "__main__":
    command_line.run(main, experiment_flag="dataset")
