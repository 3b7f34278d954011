"""Trains tiny networks in a process of its own: to be killed, or with replicas.

python tiny_program.py replicas DATA_DIR OUT_NPZ
python tiny_program.py run DATA_DIR WORKDIR STEPS
"""

import sys

import numpy as np
import tensorflow as tf

from tests import tiny_runs
from tests.training import tiny_networks
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import running

REPLICA_STEPS = 3


def train_replicas(data_dir: str, devices: list[str]) -> dict[str, np.ndarray]:
    """Trains stage 2 on these devices: the state it ends with, by name."""
    strategy = tf.distribute.MirroredStrategy(devices)
    with strategy.scope():
        # A pool that is full after the first step.
        model = tiny_networks.make_gan(pool_size=4)
    model.compile()
    info = records.read_info(data_dir)
    pairs = pipelines.training_pairs(data_dir, info, 4, seed=0, pair_window=3)
    history = model.fit(pairs, steps_per_epoch=REPLICA_STEPS, verbose=0)
    networks = ("phi", "psi", "eta", "d_y")
    state = {
        f"{n}/{i}/{v.name}": v.numpy()
        for n in networks
        for i, v in enumerate(getattr(model, n).variables)
    }
    losses = {k: np.array(v[0]) for k, v in history.history.items()}
    return (
        state
        | losses
        | {
            "pool": model.pool.images.numpy(),
            "perceptual_scale": model.scale.means.numpy(),
        }
    )


def _two_devices() -> list[str]:
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    return ["CPU:0", "CPU:1"]


def make_run(data_dir: str, workdir: str) -> running.Run:
    """A run that saves every third and logs every second update."""
    return running.Run(
        workdir,
        tiny_runs.architecture_of(),
        data_dir,
        records.read_info(data_dir),
        batch_size=2,
        learning_rate=1e-3,
        checkpoint_every=4,
        log_every=2,
        image_every=4,
        pair_window=3,
    )


def train(data_dir: str, workdir: str, steps: int) -> None:
    """Both stages, each to `steps` updates."""
    run = make_run(data_dir, workdir)
    running.train_skeleton(run, steps)
    running.train_landmarks(
        run,
        steps,
        tiny_networks.Features,
        landmark_gan.Objective(pool_size=4),
        held_out_error=None,
    )


if __name__ == "__main__":
    mode, data, out = sys.argv[1:4]
    if mode == "replicas":
        np.savez(out, **train_replicas(data, _two_devices()))
    else:
        train(data, out, int(sys.argv[4]))
