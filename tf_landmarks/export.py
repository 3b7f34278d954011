"""Exports a run's detector for TF-Serving, ONNX Runtime or TensorFlow Lite.

bazel run //tf_landmarks:export -- --workdir=W --out=MODELS/NAME
bazel run //tf_landmarks:export -- --pretrained=NAME --out=MODELS/NAME \
    --video=FILE
bazel run //tf_landmarks:export -- --workdir=W --out=DIR --format=onnx

The export is run on real frames before it appears: those of --images or
--video, else of the run's own data.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import pathlib

import numpy as np
from absl import flags as absl_flags

from flags import checkpoint_flags
from flags import export_flags
from flags import output_flags
from flags import picture_flags
from flags import pretrained_flags
from flags import run_flags
from tf_landmarks import errors
from tf_landmarks import shipped
from tf_landmarks.detection import inputs
from tf_landmarks.exporting import exporter
from tf_landmarks.exporting import sample_frames

for _module in (
    checkpoint_flags,
    export_flags,
    output_flags,
    picture_flags,
    pretrained_flags,
    run_flags,
):
    absl_flags.adopt_module_key_flags(_module)


def main() -> None:
    """Reads the flags, exports, says how near the export is."""
    workdir = shipped.chosen(
        run_flags.WORKDIR.value, pretrained_flags.PRETRAINED.value
    )
    out = output_flags.OUT.value
    if not out:
        raise errors.UserError(
            "export needs --out, the folder of the model, such as MODELS/NAME"
        )
    file_format = export_flags.FORMAT.value
    jit = export_flags.JIT.value
    if jit and file_format != "saved_model":
        raise errors.UserError(
            f"--jit is for --format=saved_model, and not for {file_format}; "
            "leave it out"
        )
    dtype = exporter.check_dtype(file_format, export_flags.DTYPE.value)
    frames = _sample_frames(workdir)
    kind = checkpoint_flags.kind()
    if file_format == "saved_model":
        exported = exporter.export_saved_model(
            workdir, out, frames, kind, dtype, jit
        )
    else:
        exported = exporter.export_crops(
            workdir, out, frames, kind, file_format, dtype
        )
    print(exported.summary())


def _sample_frames(workdir: str) -> list[np.ndarray]:
    images = picture_flags.IMAGES.value
    video = picture_flags.VIDEO.value
    if images and video:
        raise errors.UserError("give either --images or --video, and not both")
    if images:
        return sample_frames.of_images(inputs.find_images(images))
    if video:
        return sample_frames.of_video(pathlib.Path(video))
    return sample_frames.of_run(workdir)


if __name__ == "__main__":
    command_line.run(main)
