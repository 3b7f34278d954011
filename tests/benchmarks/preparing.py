"""Frames per second of `prepare`, and its memory on a long video.

bazel run -c opt //tests/benchmarks:preparing -- --frames=2400

Writes a video of noise and moving stripes, some gigabytes decoded, and
prepares it in a process of its own.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import av
import numpy as np
from absl import flags

from tests.data import made_files

FRAMES = flags.DEFINE_integer("frames", 2400, "Of the video.")
HEIGHT = flags.DEFINE_integer("height", 1080, "Of the video, in pixels.")
WIDTH = flags.DEFINE_integer("width", 1920, "Of the video, in pixels.")
IMAGE_SIZE = flags.DEFINE_integer("image_size", 128, "Of the crops.")


def _write_video(path: pathlib.Path) -> None:
    rng = np.random.default_rng(0)
    height, width = HEIGHT.value, WIDTH.value
    image = rng.integers(0, 255, (height, width, 3), np.uint8) // 4
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(FRAMES.value):
            picture = np.roll(image, 4 * number, axis=1)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def main() -> None:
    """Prints one line."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "clips").mkdir()
        _write_video(root / "clips" / "long.mp4")
        poses = [made_files.pose(shift=shift) for shift in range(8)]
        made_files.write_json(root / "poses.json", made_files.coco(poses))
        arguments = [
            f"--frames={root}/clips",
            f"--poses={root}/poses.json",
            f"--data_dir={root}/data",
            f"--image_size={IMAGE_SIZE.value}",
        ]
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "tf_landmarks.prepare", *arguments],
            check=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    decoded = FRAMES.value * HEIGHT.value * WIDTH.value * 3 / 1e9
    print(
        f"{FRAMES.value} frames of {WIDTH.value}x{HEIGHT.value} "
        f"({decoded:.1f} GB decoded): {FRAMES.value / seconds:.0f} frames/s "
        f"with start-up, peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    command_line.run(main)
