"""What the benchmarks share: time, arithmetic, and the machine's own limit."""

import statistics
import time
from collections.abc import Callable

import tensorflow as tf
from tensorflow.python.framework import ops
from tensorflow.python.profiler.internal import flops_registry  # noqa: F401


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
    all of the rest. What nothing uses is left out, as when the graph runs:
    gradients of the weights of fixed networks.
    """
    graph = function.graph
    results = [tensor.op.name for tensor in function.outputs]
    results += [operation.name for operation in graph.control_outputs]
    used = tf.compat.v1.graph_util.extract_sub_graph(
        graph.as_graph_def(), results
    )
    counts = [
        ops.get_stats_for_node_def(graph, node, "flops").value or 0
        for node in used.node
    ]
    return sum(counts) / 1e9
