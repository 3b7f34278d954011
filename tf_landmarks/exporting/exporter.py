"""Exports a run's detector, whole and checked, or not at all."""

import json
import os
import pathlib
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks.exporting import comparison
from tf_landmarks.exporting import crop_module
from tf_landmarks.exporting import networks as exported_networks
from tf_landmarks.exporting import onnx_file
from tf_landmarks.exporting import serving_module
from tf_landmarks.exporting import tflite_file
from tf_landmarks.exporting import warmup
from tf_landmarks.publication import description

# Types that each format can have.
DTYPES = {
    "saved_model": ("float32", "bfloat16", "float16"),
    "onnx": ("float32",),
    "tflite": ("float16", "int8"),
}

_LANDMARKS_FILE = "landmarks.json"
_EXTRA = "assets.extra/"  # what TF-Serving leaves alone

_USAGE_OF_SAVED_MODEL = """\
```
tensorflow_model_server --model_name={name} \\
    --model_base_path="$PWD/MODELS/{name}" --port=8500 --rest_api_port=8501{xla}
```
{xla_note}
Signatures, with B pictures of any size:

| name | inputs | outputs |
| --- | --- | --- |
| `serving_default` | `images` uint8 [B, H, W, 3], RGB | `keypoints` float32 \
[B, K, 2], (x, y) in pixels of the picture; `confidence` float32 [B, K] |
| `encoded` | `image_bytes` string [B], JPEG or PNG of any sizes | the same |
| `skeleton` | `images` | the same, and `skeleton_image` float32 [B, S, S, C] |
{transfer}\
| `landmarks` | `index` int32 [B], of any values | `names` string [B, K], \
`edges` int32 [B, E, 2], `image_size` int32 [B] |
"""
_XLA_FLAG = """ \\
    --xla_cpu_compilation_enabled"""
_XLA_NOTE = """
XLA compiles it (`--jit`). On a CPU TF-Serving allows that with the last flag
only; without it, the version is not loaded.
"""
_TRANSFER = """\
| `transfer` | `image_bytes`, `appearance_bytes` | `image_bytes` string [B], \
PNG: the pose of the one, the looks of the other |
"""
_USAGE_OF_CROPS = """\
`{file}` takes `images` float32 [{batch}, {size}, {size}, 3], RGB from 0 to 255:
the object, resized antialiased. It gives `keypoints` float32 [{batch}, K, 2],
(x, y) in pixels of the crop, and `confidence` float32 [{batch}, K].
"""


class Exported(NamedTuple):
    """What was made.

    Attributes:
      folder: of it.
      bytes: how large it is.
      difference: of keypoints to the trained networks', at most, in percent of
        the side of the image that the network sees.
      image_size: that side in pixels.
      dtype: of the export.
      frames: that were compared.
    """

    folder: str
    bytes: int
    difference: float
    image_size: int
    dtype: str
    frames: int

    def summary(self) -> str:
        """For the user."""
        pixels = self.difference / 100 * self.image_size
        return (
            f"{self.bytes / 1e6:.1f} MB in {self.folder}; on {self.frames} "
            f"frames its keypoints are at most {pixels:.4f} pixels of "
            f"{self.image_size}, {self.difference:.3f}% of the image, from "
            "those of the trained networks "
            f"({comparison.TOLERANCE[self.dtype]}% allowed for {self.dtype})"
        )


def export_saved_model(
    workdir: str,
    out: str,
    frames: Sequence[np.ndarray],
    kind: str = "step",
    dtype: str = "float32",
    jit: bool = False,
) -> Exported:
    """Writes the next version of a model for TF-Serving.

    Args:
      workdir: of the run.
      out: folder of the model; the version is a new one in it, named by the
        number after the highest that is there. It appears by one rename: a
        server that looks sees all of it or nothing.
      frames: uint8 [H, W, 3] each, real ones.
      kind: of checkpoint, see `workdirs.load_detector`.
      dtype: "float32", "bfloat16" or "float16".
      jit: whether XLA compiles the detector.

    Raises:
      errors.UserError: see `networks.load`, `description.read`,
        `staging.new_folder`, `warmup.check` and `comparison.check`.
    """
    networks = exported_networks.load(workdir, kind, dtype)
    usage = _USAGE_OF_SAVED_MODEL.format(
        name=_name(out),
        transfer=_TRANSFER if networks.psi else "",
        xla=_XLA_FLAG if jit else "",
        xla_note=_XLA_NOTE if jit else "",
    )
    texts = _texts(workdir, networks, out, usage, _EXTRA)
    version = pathlib.Path(out) / str(_next_version(out))
    module = serving_module.ServingModule(networks, jit)
    with staging.new_folder(str(version), "out") as folder:
        signatures = module.signatures()
        tf.saved_model.save(networks.weights(), str(folder), signatures)
        (folder / _EXTRA).mkdir()
        for file, text in texts.items():
            (folder / file).write_text(text)
        warmup.write(folder, list(signatures), frames)
        loaded = tf.saved_model.load(str(folder))
        warmup.check(folder, loaded.signatures, str(version))
        detect = loaded.signatures["serving_default"]

        def run(images):
            found = detect(images=tf.constant(images))
            return found["keypoints"].numpy(), found["confidence"].numpy()

        what = f"{version} as a SavedModel"
        difference = comparison.check(run, networks, frames, dtype, what)
        total = _bytes_of(folder)
    size = networks.arch.image_size
    return Exported(str(version), total, difference, size, dtype, len(frames))


def export_crops(
    workdir: str,
    out: str,
    frames: Sequence[np.ndarray],
    kind: str,
    file_format: str,
    dtype: str,
) -> Exported:
    """Writes the detector of crops as an ONNX or TensorFlow Lite file.

    Args:
      workdir: of the run.
      out: folder to make: model.onnx or model.tflite, and what is known of it.
      frames: uint8 [H, W, 3] each, real ones.
      kind: of checkpoint, see `workdirs.load_detector`.
      file_format: "onnx" or "tflite".
      dtype: see `DTYPES`.

    Raises:
      errors.UserError: see `export_saved_model`.
    """
    networks = exported_networks.load(workdir, kind, "float32")
    size = networks.arch.image_size
    file = f"model.{file_format}"
    batch = "B" if file_format == "onnx" else 1
    usage = _USAGE_OF_CROPS.format(file=file, batch=batch, size=size)
    texts = _texts(workdir, networks, out, usage, "")
    module = crop_module.CropModule(networks)
    with staging.new_folder(out, "out") as folder:
        path = folder / file
        if file_format == "onnx":
            onnx_file.write(module, path, _landmarks(networks))
            run = onnx_file.load(path)
        else:
            tflite_file.write(module, networks.weights(), path, dtype, frames)
            run = tflite_file.load(path)
        for name, text in texts.items():
            (folder / name).write_text(text)
        run_frames = comparison.of_crops(run, size)
        what = f"{out} as {file_format}"
        difference = comparison.check(run_frames, networks, frames, dtype, what)
        total = _bytes_of(folder)
    return Exported(out, total, difference, size, dtype, len(frames))


def check_dtype(file_format: str, dtype: str | None) -> str:
    """The type to export in: the format's first, where none is asked for.

    Raises:
      errors.UserError: the format cannot have this type.
    """
    choices = DTYPES[file_format]
    if dtype is None:
        return choices[0]
    if dtype not in choices:
        raise errors.UserError(
            f"--dtype={dtype}: --format={file_format} can have "
            f"{' or '.join(choices)}; choose one of them, or leave the flag out"
        )
    return dtype


def _next_version(out: str) -> int:
    folder = pathlib.Path(out)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return (
        max((int(n) for n in names if re.fullmatch(r"\d+", n)), default=0) + 1
    )


def _landmarks(networks: exported_networks.Networks) -> dict:
    skeleton = networks.arch.skeleton
    return {
        "names": skeleton.landmarks,
        "edges": skeleton.edges,
        "image_size": networks.arch.image_size,
    }


def _texts(
    workdir: str,
    networks: exported_networks.Networks,
    out: str,
    usage: str,
    folder: str,
) -> dict[str, str]:
    """By file name: what is known of the detector, in `folder` but the card."""
    described = description.read(workdir, networks.step)
    texts = described.files(_name(out), usage, folder)
    landmarks = json.dumps(_landmarks(networks), indent=1)
    return texts | {f"{folder}{_LANDMARKS_FILE}": landmarks + "\n"}


def _name(out: str) -> str:
    return pathlib.Path(os.path.abspath(out)).name


def _bytes_of(folder: pathlib.Path) -> int:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files)
