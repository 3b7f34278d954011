"""Serves exported models with TF-Serving's protocol, for development.

bazel run //serving:local_server -- --model_base_path=MODELS/NAME \
    --port=8500 --rest_api_port=8501

Until it is interrupted or terminated: then requests that run are answered.
"""

from serving import command_line  # before TensorFlow: it quiets it

# isort: split
import gc
import os
import pathlib
import signal
import threading

import grpc
import tensorflow as tf
from absl import flags as absl_flags

from flags import listening_flags
from flags import server_flags
from serving.local import batching
from serving.local import configuration
from serving.local import model_versions
from serving.local import server

for _module in (listening_flags, server_flags):
    absl_flags.adopt_module_key_flags(_module)


def main() -> None:
    """Reads the flags, serves until a signal comes."""
    try:
        settings, options = _settings(), _options()
    except configuration.ConfigurationError as error:
        raise command_line.UserError(str(error)) from error
    # Requests of other sizes are no mistake.
    tf.get_logger().setLevel("ERROR")
    # What was imported stays: looking through it stops all requests for a
    # third of a second.
    gc.freeze()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    running = server.Server(settings, options)
    rest = f", REST on {running.rest_port}" if running.rest_port else ""
    print(f"ready: gRPC on {options.host}:{running.port}{rest}", flush=True)
    ended.wait()
    print("stopping: requests that run are answered first", flush=True)
    running.stop()


def _settings() -> list[model_versions.Settings]:
    base_path = server_flags.MODEL_BASE_PATH.value
    config_file = server_flags.MODEL_CONFIG_FILE.value
    if bool(base_path) == bool(config_file):
        raise command_line.UserError(
            "give either --model_base_path, the folder with a model's "
            "versions, or --model_config_file, and not both"
        )
    if config_file:
        return configuration.read_models(pathlib.Path(config_file))
    if not os.path.isdir(base_path):
        raise command_line.UserError(
            f"--model_base_path={base_path}: no such folder; make it with "
            "`bazel run //tf_landmarks:export`"
        )
    path = pathlib.Path(base_path).absolute()
    name = server_flags.MODEL_NAME.value or path.name
    return [model_versions.Settings(name, path)]


def _options() -> server.Options:
    return server.Options(
        host=listening_flags.HOST.value,
        port=server_flags.PORT.value,
        rest_port=server_flags.REST_API_PORT.value,
        rest_timeout=server_flags.REST_API_TIMEOUT_IN_MS.value / 1000,
        batch=_batching(),
        warm_up=server_flags.ENABLE_MODEL_WARMUP.value,
        poll_seconds=server_flags.FILE_SYSTEM_POLL_WAIT_SECONDS.value,
        retries=model_versions.Retries(
            server_flags.MAX_NUM_LOAD_RETRIES.value,
            server_flags.LOAD_RETRY_INTERVAL_MICROS.value / 1e6,
        ),
        prometheus_path=_prometheus_path(),
        credentials=_credentials(),
        channel_arguments=_channel_arguments(),
    )


def _channel_arguments() -> tuple[tuple[str, int | str], ...]:
    pairs = []
    for argument in server_flags.GRPC_CHANNEL_ARGUMENTS.value:
        name, equals, value = argument.partition("=")
        if not (name and equals):
            raise command_line.UserError(
                f"--grpc_channel_arguments={argument}: write NAME=VALUE"
            )
        is_number = value.removeprefix("-").isdecimal()
        pairs.append((name, int(value) if is_number else value))
    return tuple(pairs)


def _batching() -> batching.Parameters | None:
    file = server_flags.BATCHING_PARAMETERS_FILE.value
    if not server_flags.ENABLE_BATCHING.value:
        if file:
            raise command_line.UserError(
                "--batching_parameters_file needs --enable_batching"
            )
        return None
    if not file:
        return batching.Parameters()
    return configuration.read_batching(pathlib.Path(file))


def _prometheus_path() -> str | None:
    file = server_flags.MONITORING_CONFIG_FILE.value
    if not file:
        return None
    if server_flags.REST_API_PORT.value is None:
        raise command_line.UserError(
            "--monitoring_config_file needs --rest_api_port: metrics are "
            "shown there"
        )
    return configuration.read_prometheus_path(pathlib.Path(file))


def _credentials() -> grpc.ServerCredentials | None:
    file = server_flags.SSL_CONFIG_FILE.value
    return configuration.read_credentials(pathlib.Path(file)) if file else None


if __name__ == "__main__":
    command_line.run(main)
