"""The machine's own limit: how fast it multiplies matrices."""

import statistics
import time
from collections.abc import Callable

import tensorflow as tf


def median_seconds(work: Callable[[], tf.Tensor], repeats: int) -> float:
    """Median time of `work`, after two runs that are not counted.

    Args:
      work: returns a tensor, whose value is waited for.
      repeats: counted runs.
    """
    times = []
    for _ in range(repeats + 2):
        start = time.perf_counter()
        work().numpy()
        times.append(time.perf_counter() - start)
    return statistics.median(times[2:])


def matrix_product_gflops(dtype: tf.DType, size: int = 3000) -> float:
    """Achieved GFLOP/s of a product of two square matrices."""
    matrix = tf.cast(tf.random.normal([size, size]), dtype)
    seconds = median_seconds(lambda: tf.linalg.matmul(matrix, matrix), 5)
    return 2 * size**3 / seconds / 1e9
