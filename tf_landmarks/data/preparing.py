"""Writes a source and tells what came of it."""

from tf_landmarks.data import clips
from tf_landmarks.data import distributions
from tf_landmarks.data import writing


def prepare(
    source: clips.Source, data_dir: str, image_size: int, skip_bad: bool
) -> None:
    """Writes `source` into `data_dir` and prints a report.

    Raises:
      errors.UserError: see `writing.write`.
    """
    bad_files = clips.BadFiles(skip_bad)
    written = writing.write(source, data_dir, image_size, bad_files)
    for name, split in written.info.splits.items():
        print(
            f"{name}: {split.clips} clips, {split.frames} frames in "
            f"{split.records} runs, {split.poses} poses"
        )
    for name, poses in source.poses.items():
        if poses.left_out:
            print(
                f"{name}: {poses.left_out} poses with missing landmarks left out"
            )
    if written.info.labels:
        print(f"the test split carries {written.info.labels}")
    print(distributions.table({"prior": written.prior, **written.crops}))
    for crops in written.crops.values():
        sentence = distributions.warning(written.prior, crops)
        if sentence:
            print(f"warning: {sentence}")
    if bad_files.messages:
        print(f"{len(bad_files.messages)} bad files were skipped:")
        print("\n".join(f"  {message}" for message in bad_files.messages))
    print(f"the data are in {data_dir}")
