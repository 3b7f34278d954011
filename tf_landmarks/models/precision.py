"""Which type layers compute in."""

import contextlib
from collections.abc import Iterator

from tensorflow import keras


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
