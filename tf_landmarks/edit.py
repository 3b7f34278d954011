"""Moves landmarks of a frame and repaints it: the paper's figure 10.

bazel run //tf_landmarks:edit -- --workdir=W --move=left_elbow:+0.1,-0.05 \
    --out=FILE.png
bazel run //tf_landmarks:edit -- --workdir=W --images=FILE.jpg --move=... \
    --out=FILE.mp4

Without --images the frame is a random one of the split.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
from absl import flags as absl_flags

from flags import checkpoint_flags
from flags import data_flags
from flags import dataset_flags
from flags import detection_flags
from flags import editing_flags
from flags import evaluation_flags
from flags import output_flags
from flags import picture_flags
from flags import pretrained_flags
from flags import run_flags
from tf_landmarks import shipped
from tf_landmarks import staging
from tf_landmarks.detection import inputs
from tf_landmarks.figures import editing
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests

for _module in (
    checkpoint_flags,
    data_flags,
    detection_flags,
    editing_flags,
    evaluation_flags,
    output_flags,
    pretrained_flags,
    run_flags,
):
    absl_flags.adopt_module_key_flags(_module)
absl_flags.declare_key_flag(dataset_flags.SEED.name)
absl_flags.declare_key_flag(picture_flags.IMAGES.name)


def main() -> None:
    """Reads the flags, moves, says where the result is."""
    workdir = shipped.chosen(
        run_flags.WORKDIR.value, pretrained_flags.PRETRAINED.value
    )
    path = requests.check_out(output_flags.OUT.value, editing.SUFFIXES)
    painter = painting.Painter(workdir, checkpoint_flags.kind())
    offset = editing.parse_moves(
        editing_flags.MOVE.value,
        painter.detector.skeleton,
        painter.detector.image_size,
    )
    editor = editing.Editor(painter, _frame(painter))
    with staging.staged_beside(str(path), "out") as folder:
        editing.write(editor, offset, folder / path.name)
    print(f"see {path}")


def _frame(painter: painting.Painter):
    """The user's picture, or a frame of the data."""
    images = picture_flags.IMAGES.value
    if images:
        box = inputs.parse_box(detection_flags.BOX.value)
        return editing.read_image(images, box, painter.detector.image_size)
    request = requests.Request(
        (painter.workdir,),
        data_flags.DATA_DIR.value,
        evaluation_flags.SPLIT.value,
        seed=dataset_flags.SEED.value,
    )
    return editing.draw_frame(request, painter)


if __name__ == "__main__":
    command_line.run(main)
