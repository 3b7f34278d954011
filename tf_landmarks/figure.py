"""Draws a figure of the paper for a run.

bazel run //tf_landmarks:figure -- --figure=8 --workdir=W --out=FILE.png
bazel run //tf_landmarks:figure -- --figure=2 --workdir=W --other_workdir=V \
    --out=FILE.png
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import json

from absl import flags as absl_flags

from flags import checkpoint_flags
from flags import data_flags
from flags import dataset_flags
from flags import evaluation_flags
from flags import figure_flags
from flags import output_flags
from flags import pretrained_flags
from flags import run_flags
from tf_landmarks import errors
from tf_landmarks import shipped
from tf_landmarks import staging
from tf_landmarks.figures import catalogue
from tf_landmarks.figures import requests

for _module in (
    checkpoint_flags,
    data_flags,
    evaluation_flags,
    figure_flags,
    output_flags,
    pretrained_flags,
    run_flags,
):
    absl_flags.adopt_module_key_flags(_module)
absl_flags.declare_key_flag(dataset_flags.SEED.name)


def main() -> None:
    """Reads the flags, draws, says where the picture is."""
    figure = figure_flags.FIGURE.value
    if figure is None:
        raise errors.UserError("figure needs --figure, such as --figure=8")
    workdir = shipped.chosen(
        run_flags.WORKDIR.value, pretrained_flags.PRETRAINED.value
    )
    request = requests.Request(
        workdirs=(workdir, *figure_flags.OTHER_WORKDIR.value),
        data_dir=data_flags.DATA_DIR.value,
        split=evaluation_flags.SPLIT.value,
        kind=checkpoint_flags.kind(),
        count=figure_flags.COUNT.value,
        seed=dataset_flags.SEED.value,
        probe_steps=figure_flags.PROBE_STEPS.value,
    )
    catalogue.check(figure, request)
    path = requests.check_out(output_flags.OUT.value, [".png"])
    with staging.staged_beside(str(path), "out") as folder:
        drawing = catalogue.FIGURES[figure](request)
        drawing.picture.save(folder / path.name)
        written = [str(path)]
        if drawing.numbers:
            text = json.dumps(drawing.numbers, indent=1)
            numbers = path.with_suffix(".json")
            (folder / numbers.name).write_text(text + "\n")
            written.append(str(numbers))
    if drawing.text:
        print(drawing.text)
    print(f"see {' and '.join(written)}")


if __name__ == "__main__":
    command_line.run(main)
