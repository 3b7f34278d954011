"""Detects landmarks in images or a video: overlays, COCO JSON and CSV.

bazel run //tf_landmarks:detect -- --workdir=W --video=FILE --out=DIR
bazel run //tf_landmarks:detect -- --workdir=W --images='DIR/*.jpg' --out=DIR
bazel run //tf_landmarks:detect -- --pretrained=NAME --video=FILE

Without --out they go to the folder `detected`.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
from absl import flags as absl_flags

from flags import checkpoint_flags
from flags import detection_flags
from flags import output_flags
from flags import picture_flags
from flags import pretrained_flags
from flags import run_flags
from tf_landmarks import errors
from tf_landmarks import shipped
from tf_landmarks.detection import detecting
from tf_landmarks.detection import inputs

for _module in (
    checkpoint_flags,
    detection_flags,
    output_flags,
    picture_flags,
    pretrained_flags,
    run_flags,
):
    absl_flags.adopt_module_key_flags(_module)


def main() -> None:
    """Reads the flags, detects, says where the results are."""
    workdir = shipped.chosen(
        run_flags.WORKDIR.value, pretrained_flags.PRETRAINED.value
    )
    images = picture_flags.IMAGES.value
    video = picture_flags.VIDEO.value
    out = output_flags.OUT.value or "detected"
    if bool(images) == bool(video):
        raise errors.UserError("give either --images or --video, and not both")
    detect = detecting.detect_images if images else detecting.detect_video
    box = inputs.parse_box(detection_flags.BOX.value)
    result = detect(workdir, images or video, out, box, checkpoint_flags.kind())
    print(result.summary())


if __name__ == "__main__":
    command_line.run(main)
