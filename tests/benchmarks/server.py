"""Latency, throughput and memory of a server, next to the bare SavedModel.

bazel run -c opt //tests/benchmarks:server -- --model_base_path=MODELS/NAME

Measures what serves the model, as NAME, at --tf_serving, or else starts
tensorflow_model_server where that is on the PATH, or else the local server.
Clients and server share the machine. Rounds alternate between the SavedModel
in this process and the server, so that what else the machine does falls on
both.
"""

from tf_landmarks import command_line  # before TensorFlow: it quiets it

# isort: split
import contextlib
import itertools
import pathlib

import tabulate
import tqdm
from absl import flags

from tests.benchmarks import saved_model
from tests.benchmarks import server_process
from tests.benchmarks import traffic
from tests.benchmarks import windows
from tests.serving import server_processes

MODEL_BASE_PATH = flags.DEFINE_string(
    "model_base_path", None, "Folder with a model's versions.", required=True
)
TF_SERVING = flags.DEFINE_string(
    "tf_serving", None, "HOST:PORT of a server that runs already."
)
REQUESTS = flags.DEFINE_integer(
    "requests", 100_000, "During which memory is watched."
)
ROUNDS = flags.DEFINE_integer("rounds", 3, "The median of which counts.")
SECONDS = flags.DEFINE_float("seconds", 5, "Of each window.")

_BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64)
_CLIENTS = (1, 8, 32, 128)
_LOOKS = 10  # at the memory
_CLIENTS_OF_LOOKS = 8

_Windows = dict[int, windows.Window]  # by batch size, or number of clients


def main() -> None:
    """Prints the tables."""
    base_path = pathlib.Path(MODEL_BASE_PATH.value).absolute()
    model = saved_model.SavedModel(base_path)
    requests = model.requests(base_path.name)
    with _server(base_path) as server:
        bare, served = _measure(model, server.address, requests)
        height, width = model.frames.shape[1:3]
        print(f"\n{server.program}, pictures of {width}x{height}")
        _print_latencies(bare[1], served[1])
        _print_rates(bare, served)
        if server.pid:
            _print_memory(server, requests)


def _server(base_path: pathlib.Path) -> contextlib.AbstractContextManager:
    if address := TF_SERVING.value:
        return contextlib.nullcontext(
            server_process.ServerProcess("server", address, None)
        )
    return server_process.running(base_path, server_processes.BATCHING)


def _measure(
    model: saved_model.SavedModel, address: str, requests: list[bytes]
) -> tuple[_Windows, _Windows]:
    """Of the SavedModel, and of the server."""
    seconds = SECONDS.value
    bare = {size: [] for size in _BATCH_SIZES}
    served = {clients: [] for clients in _CLIENTS}
    for _ in tqdm.trange(ROUNDS.value, desc="rounds"):
        for size, found in bare.items():
            found.append(model.measure(size, seconds))
        for clients, found in served.items():
            found.append(traffic.measure(address, requests, clients, seconds))
    return _joined(bare), _joined(served)


def _joined(found: dict[int, list[windows.Window]]) -> _Windows:
    return {key: windows.joined(each) for key, each in found.items()}


def _print_latencies(bare: windows.Window, served: windows.Window) -> None:
    rows = []
    for percent in (50, 95, 99):
        alone = bare.milliseconds(percent)
        asked = served.milliseconds(percent)
        rows.append(
            [
                f"p{percent}",
                f"{alone:.2f}",
                f"{asked:.2f}",
                f"{asked / alone:.2f}",
            ]
        )
    _print(["one picture", "SavedModel, ms", "over gRPC, ms", "times"], rows)


def _print_rates(bare: _Windows, served: _Windows) -> None:
    best = max(each.rate for each in bare.values())
    _print(
        ["batch", "SavedModel, pictures/s", "of the best"],
        [
            [size, f"{each.rate:.0f}", f"{each.rate / best:.2f}"]
            for size, each in bare.items()
        ],
    )
    rows = [
        [
            clients,
            f"{each.rate:.0f}",
            f"{each.rate / best:.2f}",
            f"{each.milliseconds(50):.0f}",
            f"{each.milliseconds(99):.0f}",
            f"{each.cores:.2f}",
        ]
        for clients, each in served.items()
    ]
    headers = ["clients", "pictures/s", "of the best", "p50, ms", "p99, ms"]
    _print([*headers, "cores that the clients took"], rows)


def _print_memory(
    server: server_process.ServerProcess, requests: list[bytes]
) -> None:
    asked = itertools.cycle(requests)
    rows = [[0, f"{server.megabytes():.0f}"]]
    part = REQUESTS.value // _LOOKS
    with tqdm.tqdm(total=REQUESTS.value, desc="requests") as progress:
        for _ in range(_LOOKS):
            some = itertools.islice(asked, part)
            traffic.send(server.address, some, _CLIENTS_OF_LOOKS)
            progress.update(part)
            rows.append([progress.n, f"{server.megabytes():.0f}"])
    _print(["requests", "resident, MB"], rows)


def _print(headers: list[str], rows: list[list]) -> None:
    table = tabulate.tabulate(rows, headers, "github", disable_numparse=True)
    print(f"\n{table}")


if __name__ == "__main__":
    command_line.run(main)
