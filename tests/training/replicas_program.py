"""Trains stage 2 on logical CPUs, and writes what comes of it.

python replicas_program.py DATA_DIR NUMBER_OF_CPUS OUT_NPZ
"""

import sys

import numpy as np
import tensorflow as tf

from tests.training import tiny_networks
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import progress


def train(data_dir: str, devices: list[str]) -> dict[str, np.ndarray]:
    """The state after 1 and after 3 updates of a batch of 4, by name."""
    strategy = tf.distribute.MirroredStrategy(devices)
    with strategy.scope():
        # A pool that is full after the first update.
        model = tiny_networks.make_gan(
            tiny_networks.make_quick_architecture(), pool_size=4
        )
    model.compile()
    return _fit(model, data_dir, 0, 1) | _fit(model, data_dir, 1, 3)


def _fit(
    model: landmark_gan.LandmarkGAN, data_dir: str, first: int, last: int
) -> dict[str, np.ndarray]:
    pairs = pipelines.training_pairs(
        data_dir,
        records.read_info(data_dir),
        batch_size=4,
        seed=0,
        pair_window=3,
        start_step=first,
    )
    # Its means go on from one fit to the next: it logs the second update.
    shown = progress.Progress(tf.summary.create_noop_writer(), 9, every=2)
    history = model.fit(
        pairs, steps_per_epoch=last - first, verbose=0, callbacks=[shown]
    ).history
    state = {f"loss/{name}": np.array(v[0]) for name, v in history.items()}
    for name, item in model.checkpointed.items():
        if name.startswith("mean_"):
            continue  # a sum over replicas, and their number: see loss/
        for i, variable in enumerate(item.variables):
            kind = variable.name.rpartition("/")[-1]  # such as "bias:0"
            state[f"{name}/{i} {kind}"] = variable.numpy()
    return {f"{last}/{name}": value for name, value in state.items()}


if __name__ == "__main__":
    data, count, out = sys.argv[1:4]
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * int(count),
    )
    np.savez(out, **train(data, [f"CPU:{i}" for i in range(int(count))]))
