"""Prepares raw videos and poses: TFRecords that `train` reads.

bazel run //tf_landmarks:prepare -- --dataset=video --frames=DIR \
    --poses=poses.json --data_dir=OUT
"""

from flags import data_flags
from tf_landmarks import command_line
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data import preparing
from tf_landmarks.data import pseudo_labels
from tf_landmarks.data.sources import video


def _source(bad_files: clips.BadFiles) -> clips.Source:
    """The source that the flags name."""
    views, seed = data_flags.PRIOR_CAMERAS.value, data_flags.SEED.value
    size = data_flags.IMAGE_SIZE.value
    dataset = data_flags.DATASET.value
    if dataset == "video":
        return video.source(_paths(), size, views, seed, bad_files)
    return preparing.own_source(dataset, size)


def _paths() -> video.Paths:
    if not data_flags.FRAMES.value or not data_flags.POSES.value:
        raise errors.UserError(
            "--dataset=video needs --frames and --poses: a folder of clips "
            "and a COCO keypoint file"
        )
    if data_flags.TEST_LABELS.value and not data_flags.TEST_FRAMES.value:
        raise errors.UserError(
            "--test_labels needs --test_frames, the frames that it labels"
        )
    return video.Paths(
        data_flags.FRAMES.value,
        data_flags.POSES.value,
        data_flags.BOXES.value,
        data_flags.TEST_FRAMES.value,
        data_flags.TEST_LABELS.value,
    )


def main(argv) -> None:
    """Reads the flags, writes `--data_dir`."""
    del argv
    data_dir = data_flags.DATA_DIR.value
    if not data_dir:
        raise errors.UserError("--data_dir is missing; name the folder to make")
    bad_files = clips.BadFiles(data_flags.SKIP_BAD.value)
    source = _source(bad_files)
    if data_flags.PSEUDO_LABELS.value == "dlib":
        source = pseudo_labels.label_test_split(source)
    size = data_flags.IMAGE_SIZE.value
    preparing.prepare(source, data_dir, size, bad_files)


if __name__ == "__main__":
    command_line.run(main)
