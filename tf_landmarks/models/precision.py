"""Which type layers compute in."""

import contextlib
from collections.abc import Iterator

import cpuinfo
import tensorflow as tf
from tensorflow import keras

# As /proc/cpuinfo has them: of x86, twice, and of ARM.
_CPU_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
_COMPUTE_CAPABILITY = (8, 0)  # Ampere's


@contextlib.contextmanager
def policy(name: str) -> Iterator[None]:
    """Layers that are made in it follow this policy, those after it do not.

    Args:
      name: of a Keras policy, such as "float32" or "mixed_bfloat16".
    """
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(name)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)


def of_weights() -> str:
    """The type of weights: that of arithmetic too, unless that is mixed."""
    return keras.mixed_precision.global_policy().variable_dtype


def has_bfloat16() -> bool:
    """Whether what trains has instructions for bfloat16.

    Without them it is emulated, two to three times as slow as float32.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = map(tf.config.experimental.get_device_details, gpus)
        return all(
            d.get("compute_capability", (0, 0)) >= _COMPUTE_CAPABILITY
            for d in details
        )
    return not _CPU_FLAGS.isdisjoint(cpuinfo.get_cpu_info().get("flags", ()))
