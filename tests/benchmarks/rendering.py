"""Frames per second of a core that renders people (`--dataset=avatars`).

bazel run -c opt //tests/benchmarks:rendering -- --image_size=128

Films clips of 80 frames, scenes and clothes included. Counted is what that
takes of the processors, so that programs beside it hardly matter.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import time

import numpy as np
from absl import flags

from flags import dataset_flags
from tf_landmarks.data.avatars import body as bodies
from tf_landmarks.data.avatars import casting
from tf_landmarks.data.avatars import motions
from tf_landmarks.data.avatars import rendering
from tf_landmarks.data.avatars import scenes
from tf_landmarks.data.avatars import surfaces

CLIPS = flags.DEFINE_integer("clips", 6, "That are filmed.")

_MOTION = "walk"
_FRAMES = 80


def main() -> None:
    """Prints one line."""
    size = dataset_flags.IMAGE_SIZE.value
    body = bodies.load()
    surface, captured = surfaces.build(body), motions.load([_MOTION])
    rates = []
    for number in range(CLIPS.value):
        rng = np.random.default_rng(number)
        start = time.process_time()
        background = scenes.draw_background(size, rng, ())
        scene = casting.draw_scene(
            body, captured, _FRAMES, scenes.Cameras(), background, rng
        )
        rendering.film(surface, scene, size)
        rates.append(_FRAMES / (time.process_time() - start))
    print(
        f"{size}x{size} pixels: {np.median(rates):.0f} frames/s of a core, "
        f"{min(rates):.0f} to {max(rates):.0f} by clip"
    )


if __name__ == "__main__":
    command_line.run(main)
