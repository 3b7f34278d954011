"""What others need of a run to detect with it, and nothing of its machine."""

import os
import pathlib
from typing import NamedTuple

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks import workdirs
from tf_landmarks.publication import description
from tf_landmarks.publication import model_card

_USAGE = """\
```
bazel run //tf_landmarks:detect -- --pretrained={name} --out=DIR \\
    --video=FILE --box=X,Y,WIDTH,HEIGHT
bazel run //tf_landmarks:evaluate -- --pretrained={name} --out=DIR \\
    --data_dir=DATA
```
"""


class Published(NamedTuple):
    """What was made: its folder, and how large it is."""

    out: str
    bytes: int

    def summary(self) -> str:
        """For the user."""
        return (
            f"{self.bytes / 1e6:.1f} MB in {self.out}; read and complete its "
            f"{model_card.FILE}"
        )


def publish(workdir: str, out: str, kind: str = "step") -> Published:
    """Makes a folder that detect, evaluate and export take as a run's.

    It holds Φ, η and, where the run has it, Ψ of one checkpoint, run.json,
    dataset.json, flags.txt, metrics.json and MODEL_CARD.md, see `description`.

    Args:
      workdir: of a run that was evaluated.
      out: folder to make; its name is the detector's.
      kind: of checkpoint, see `workdirs.load_detector`.

    Raises:
      errors.UserError: see `workdirs.load_detector`, `description.read` and
        `staging.new_folder`; or the run was not evaluated.
    """
    detector, step = workdirs.load_phi_and_eta(workdir, kind)
    psi = workdirs.load_generator(workdir, step, kind)
    described = description.read(workdir, step)
    if described.metrics is None:
        raise errors.UserError(
            f"--workdir={workdir}: it was not evaluated; run evaluate on it "
            "first"
        )
    name = pathlib.Path(os.path.abspath(out)).name
    networks = {"phi": detector.phi, "eta": detector.eta}
    with staging.new_folder(out, "out") as folder:
        workdirs.save(
            networks | ({"psi": psi} if psi else {}),
            workdirs.checkpoints(str(folder), "landmarks"),
            step,
            keep=1,
        )
        texts = described.files(name, _USAGE.format(name=name))
        for file, text in texts.items():
            (folder / file).write_text(text)
        files = [path for path in folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
    return Published(out, size)
