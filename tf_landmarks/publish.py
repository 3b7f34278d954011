"""Makes a folder to pass on of a run: its detector, and a model card.

bazel run //tf_landmarks:evaluate -- --workdir=W
bazel run //tf_landmarks:publish -- --workdir=W \
    --out=tf_landmarks/pretrained/NAME

In tf_landmarks/pretrained, `detect --pretrained=NAME` finds it.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
from absl import flags as absl_flags

from flags import checkpoint_flags
from flags import output_flags
from flags import run_flags
from tf_landmarks import errors
from tf_landmarks.publication import publishing

for _module in (checkpoint_flags, output_flags, run_flags):
    absl_flags.adopt_module_key_flags(_module)


def main() -> None:
    """Reads the flags, makes the folder, says how large it is."""
    workdir = run_flags.WORKDIR.value
    out = output_flags.OUT.value
    if not workdir or not out:
        raise errors.UserError(
            "publish needs --workdir, the folder of a run, and --out, the "
            "folder to make"
        )
    published = publishing.publish(workdir, out, checkpoint_flags.kind())
    print(published.summary())


if __name__ == "__main__":
    command_line.run(main)
