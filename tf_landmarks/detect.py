"""Detects landmarks in images or a video: overlays, COCO JSON and CSV.

bazel run //tf_landmarks:detect -- --workdir=W --video=FILE --out=DIR
bazel run //tf_landmarks:detect -- --workdir=W --images='DIR/*.jpg' --out=DIR
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
from flags import checkpoint_flags
from flags import detection_flags
from flags import run_flags
from tf_landmarks import errors
from tf_landmarks.detection import detecting
from tf_landmarks.detection import inputs


def main(argv) -> None:
    """Reads the flags, detects, says where the results are."""
    if len(argv) > 1:
        raise errors.UserError(
            f"{argv[1]} belongs to no flag; put a pattern in quotes: "
            "--images='frames/*.jpg'"
        )
    workdir = run_flags.WORKDIR.value
    images = detection_flags.IMAGES.value
    video = detection_flags.VIDEO.value
    out = detection_flags.OUT.value
    if not workdir or not out:
        raise errors.UserError(
            "detect needs --workdir, the folder of a run, and --out, the "
            "folder for the results"
        )
    if bool(images) == bool(video):
        raise errors.UserError("give either --images or --video, and not both")
    detect = detecting.detect_images if images else detecting.detect_video
    box = inputs.parse_box(detection_flags.BOX.value)
    result = detect(workdir, images or video, out, box, checkpoint_flags.kind())
    print(result.summary())


if __name__ == "__main__":
    command_line.run(main)
