"""What the benchmarks share: time, arithmetic, and the machine's own limit."""

import statistics
import time
from collections.abc import Callable

import tensorflow as tf
from tensorflow.python.profiler import model_analyzer
from tensorflow.python.profiler import option_builder


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


def gflop(function: tf.types.experimental.ConcreteFunction) -> float:
    """Multiplications and additions in a graph, in billions.

    TensorFlow counts those of convolutions and products of matrices, and not
    all of the rest; it is the graph before anything is pruned.
    """
    options = option_builder.ProfileOptionBuilder(
        option_builder.ProfileOptionBuilder.float_operation()
    ).with_empty_output()
    counted = model_analyzer.profile(function.graph, options=options.build())
    return counted.total_float_ops / 1e9
