"""TF-Serving's configuration files, in protobuf's text format."""

import concurrent.futures
import pathlib
import re
from collections.abc import Mapping
from typing import TypeVar

import grpc
from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message
from google.protobuf import message_factory
from google.protobuf import text_format
from google.protobuf import wrappers_pb2
from tensorflow_serving.config import model_server_config_pb2

from serving.local import batching
from serving.local import model_versions
from serving.local import refusals
from serving.local import versions

_Message = TypeVar("_Message", bound=message.Message)

_FIELD = descriptor_pb2.FieldDescriptorProto
_INT64_VALUE = ".google.protobuf.Int64Value"


def _messages() -> Mapping[str, type[message.Message]]:
    """Those that tensorflow-serving-api does not have."""
    file = descriptor_pb2.FileDescriptorProto(
        name="serving/local/configuration.proto",
        package="serving.local",
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    _add(
        file,
        "BatchingParameters",
        max_batch_size=_INT64_VALUE,
        batch_timeout_micros=_INT64_VALUE,
        max_enqueued_batches=_INT64_VALUE,
        num_batch_threads=_INT64_VALUE,
        allowed_batch_sizes="repeated",
    )
    _add(file, "PrometheusConfig", enable="bool", path="string")
    _add(
        file,
        "MonitoringConfig",
        prometheus_config=".serving.local.PrometheusConfig",
    )
    _add(
        file,
        "SSLConfig",
        server_key="string",
        server_cert="string",
        custom_ca="string",
        client_verify="bool",
    )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return {
        each.name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"serving.local.{each.name}")
        )
        for each in file.message_type
    }


def _add(file, name: str, **fields: str) -> None:
    added = file.message_type.add(name=name)
    for number, (field, kind) in enumerate(fields.items(), 1):
        repeated = kind == "repeated"
        types = {
            "bool": _FIELD.TYPE_BOOL,
            "string": _FIELD.TYPE_STRING,
            "repeated": _FIELD.TYPE_INT64,
        }
        added.field.add(
            name=field,
            number=number,
            label=_FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL,
            type=types.get(kind, _FIELD.TYPE_MESSAGE),
            type_name=kind if kind.startswith(".") else None,
        )


_MESSAGES = _messages()


class ConfigurationError(Exception):
    """A configuration that cannot be used, in a sentence."""


def read_models(path: pathlib.Path) -> list[model_versions.Settings]:
    """--model_config_file.

    Raises:
      ConfigurationError: it cannot be read, or does not say what is needed.
    """
    config = _read(path, model_server_config_pb2.ModelServerConfig())
    try:
        return models_of(config)
    except refusals.Refusal as refusal:
        raise ConfigurationError(f"{path}: {refusal.message}") from refusal


def models_of(config) -> list[model_versions.Settings]:
    """The models of a ModelServerConfig.

    Raises:
      refusals.Refusal: it does not say what is needed.
    """
    settings = []
    for model in config.model_config_list.config:
        if not model.name or not model.base_path or "\0" in model.base_path:
            raise refusals.invalid(
                "each model needs a name and a base_path, and one has "
                f"name {model.name!r}, base_path {model.base_path!r}"
            )
        settings.append(
            model_versions.Settings(
                model.name,
                pathlib.Path(model.base_path),
                _policy_of(model.model_version_policy),
                tuple(sorted(model.version_labels.items())),
            )
        )
    names = [each.name for each in settings]
    if not names or len(set(names)) != len(names):
        raise refusals.invalid(
            "model_config_list must name one model or more, each once; it "
            f"names {names}"
        )
    return settings


def _policy_of(policy) -> versions.Policy:
    kind = policy.WhichOneof("policy_choice")
    if kind == "specific":
        return versions.Policy(specific=frozenset(policy.specific.versions))
    if kind == "all":
        return versions.Policy(latest=0)
    return versions.Policy(latest=policy.latest.num_versions or 1)


def read_batching(path: pathlib.Path) -> batching.Parameters:
    """--batching_parameters_file.

    Raises:
      ConfigurationError: it cannot be read, or its numbers do not fit.
    """
    read = _read(path, _MESSAGES["BatchingParameters"]())
    numbers = {
        field.name: value.value
        for field, value in read.ListFields()
        if field.name != "allowed_batch_sizes"
    }
    sizes = tuple(read.allowed_batch_sizes)
    parameters = batching.Parameters(**numbers, allowed_batch_sizes=sizes)
    if any(
        value < (0 if "timeout" in name else 1)
        for name, value in numbers.items()
    ):
        raise ConfigurationError(
            f"{path}: sizes and counts must be 1 or more, batch_timeout_micros "
            "0 or more"
        )
    if sizes and (
        list(sizes) != sorted(set(sizes))
        or sizes[-1] != parameters.max_batch_size
    ):
        raise ConfigurationError(
            f"{path}: allowed_batch_sizes must increase, up to max_batch_size "
            f"({parameters.max_batch_size})"
        )
    return parameters


def read_prometheus_path(path: pathlib.Path) -> str | None:
    """--monitoring_config_file: where metrics are shown; None: nowhere.

    Raises:
      ConfigurationError: it cannot be read, or says no path of a URL.
    """
    prometheus = _read(path, _MESSAGES["MonitoringConfig"]()).prometheus_config
    if not prometheus.enable:
        return None
    shown_at = prometheus.path or "/monitoring/prometheus/metrics"
    if not re.fullmatch(r"/[^{}]*", shown_at):
        raise ConfigurationError(
            f"{path}: path {shown_at!r} must begin with / and have no braces"
        )
    return shown_at


def read_tls(path: pathlib.Path):
    """--ssl_config_file: PEM texts, and whether clients must have one too.

    Raises:
      ConfigurationError: it cannot be read, or a text is missing.
    """
    tls = _read(path, _MESSAGES["SSLConfig"]())
    if not tls.server_key or not tls.server_cert:
        raise ConfigurationError(
            f"{path}: server_key and server_cert are needed, as PEM texts"
        )
    if tls.client_verify and not tls.custom_ca:
        raise ConfigurationError(
            f"{path}: client_verify needs custom_ca, to verify clients by"
        )
    return tls


def read_credentials(path: pathlib.Path) -> grpc.ServerCredentials:
    """--ssl_config_file, as gRPC takes it.

    Raises:
      ConfigurationError: it cannot be read, or its texts do not fit.
    """
    tls = read_tls(path)
    credentials = grpc.ssl_server_credentials(
        [(tls.server_key.encode(), tls.server_cert.encode())],
        tls.custom_ca.encode() or None,
        tls.client_verify,
    )
    # gRPC looks at the texts when a port is opened, and then cannot say whether
    # they or the port were at fault: so open one that is free.
    trial = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
    try:
        trial.add_secure_port("127.0.0.1:0", credentials)
    except RuntimeError as error:
        raise ConfigurationError(
            f"{path}: its PEM texts cannot be used; server_cert must be the "
            "certificate of server_key, and custom_ca one of an authority"
        ) from error
    finally:
        trial.stop(None)
    return credentials


def _read(path: pathlib.Path, into: _Message) -> _Message:
    try:
        return text_format.Parse(path.read_text(), into)
    except (OSError, UnicodeDecodeError, text_format.ParseError) as error:
        raise ConfigurationError(
            f"{path}: cannot be read as {into.DESCRIPTOR.name} ({error})"
        ) from error
