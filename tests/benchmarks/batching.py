"""Throughput by batching parameters, each changed alone from what is shipped.

bazel run -c opt //tests/benchmarks:batching -- --model_base_path=MODELS/NAME

serving/batching_parameters.txt has the numbers that were found by this. A
maximum below the warm-up requests' batches (32) cannot be tried: such a
server does not load the model.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import pathlib
import tempfile

import tabulate
import tqdm
from absl import flags

from serving.local import batching
from serving.local import configuration
from tests.benchmarks import saved_model
from tests.benchmarks import server_process
from tests.benchmarks import traffic
from tests.serving import server_processes

MODEL_BASE_PATH = flags.DEFINE_string(
    "model_base_path", None, "Folder with a model's versions.", required=True
)
SECONDS = flags.DEFINE_float("seconds", 5, "Of each window.")

_CLIENTS = (1, 8, 32, 128)

_CHANGES = (
    {},
    {"num_batch_threads": 1},
    {"num_batch_threads": 2},
    {"num_batch_threads": 4},
    {"batch_timeout_micros": 0},
    {"batch_timeout_micros": 1000},
    {"batch_timeout_micros": 5000},
    {"max_batch_size": 64},
    {"max_batch_size": 128},
    {"allowed_batch_sizes": (1, 8, 32)},
    {"allowed_batch_sizes": (1, 2, 4, 8, 16, 32)},
)


def main() -> None:
    """Prints a table."""
    shipped = configuration.read_batching(server_processes.BATCHING)
    base_path = pathlib.Path(MODEL_BASE_PATH.value).absolute()
    requests = saved_model.SavedModel(base_path).requests(base_path.name)
    rows = []
    for change in tqdm.tqdm(_CHANGES, "servers"):
        parameters = shipped._replace(**change)
        if not change or parameters != shipped:
            found = _measure(base_path, parameters, requests)
            rows.append([_words(change), *found])
    headers = ["p50 of 1, ms", *(f"{n} clients, pictures/s" for n in _CLIENTS)]
    table = tabulate.tabulate(
        rows, ["changed", *headers], "github", disable_numparse=True
    )
    print(f"\n{shipped}\n\n{table}")


def _words(change: dict) -> str:
    return ", ".join(f"{k}: {v}" for k, v in change.items()) or "nothing"


def _measure(
    base_path: pathlib.Path,
    parameters: batching.Parameters,
    requests: list[bytes],
) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "batching_parameters.txt"
        file.write_text(_text(parameters))
        with server_process.running(base_path, file) as server:
            found = [
                traffic.measure(server.address, requests, n, SECONDS.value)
                for n in _CLIENTS
            ]
    return [
        f"{found[0].milliseconds(50):.2f}",
        *(f"{each.rate:.0f}" for each in found),
    ]


def _text(parameters: batching.Parameters) -> str:
    values = parameters._asdict()
    sizes = values.pop("allowed_batch_sizes")
    lines = [f"{name} {{ value: {value} }}" for name, value in values.items()]
    lines += [f"allowed_batch_sizes: {size}" for size in sizes]
    return "\n".join(lines)


if __name__ == "__main__":
    command_line.run(main)
