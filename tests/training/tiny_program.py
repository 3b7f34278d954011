"""Trains tiny networks: here, or in a process that can be killed.

python tiny_program.py DATA_DIR WORKDIR SKELETON_STEPS LANDMARK_STEPS
"""

import sys

from tests.training import tiny_networks
from tf_landmarks.data import records
from tf_landmarks.training import fitting
from tf_landmarks.training import objectives
from tf_landmarks.training import running

EVERY = 4  # updates from a checkpoint to the next


def make_run(data_dir: str, workdir: str) -> fitting.Run:
    """A run whose logged losses are means that checkpoints cut in two."""
    return fitting.Run(
        workdir,
        tiny_networks.make_quick_architecture(),
        data_dir,
        records.read_info(data_dir),
        batch_size=2,
        learning_rate=1e-3,
        checkpoint_every=EVERY,
        log_every=3,
        image_every=5,
        pair_window=3,
        ema_momentum=0.9,
    )


def train_skeleton(run: fitting.Run, steps: int) -> None:
    """Stage 1."""
    running.train_skeleton(run, steps)


def train_landmarks(run: fitting.Run, steps: int, method: str = "ours") -> None:
    """Stage 2, with a pool that is soon full."""
    running.train_landmarks(
        run,
        steps,
        tiny_networks.Features,
        objectives.Objective(pool_size=5),
        held_out_errors=None,
        method=method,
    )


if __name__ == "__main__":
    data, folder = sys.argv[1:3]
    in_skeleton, in_landmarks = map(int, sys.argv[3:5])
    tiny_run = make_run(data, folder)
    train_skeleton(tiny_run, in_skeleton)
    train_landmarks(tiny_run, in_landmarks)
