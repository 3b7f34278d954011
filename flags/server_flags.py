"""Flags of the local server, named as tensorflow_model_server names them."""

from absl import flags

PORT = flags.DEFINE_integer(
    "port",
    8500,
    "Of gRPC; 0: any that is free.",
    lower_bound=0,
    upper_bound=65535,
)
REST_API_PORT = flags.DEFINE_integer(
    "rest_api_port",
    None,
    "Of the REST API; 0: any that is free. None: none.",
    lower_bound=0,
    upper_bound=65535,
)
REST_API_TIMEOUT_IN_MS = flags.DEFINE_integer(
    "rest_api_timeout_in_ms",
    30_000,
    "For a request of the REST API to come in and be computed.",
    lower_bound=1,
)
GRPC_CHANNEL_ARGUMENTS = flags.DEFINE_list(
    "grpc_channel_arguments",
    [],
    "Of gRPC's core: grpc.max_connection_age_ms=2000,NAME=VALUE,...",
)
MODEL_NAME = flags.DEFINE_string(
    "model_name", None, "Name that requests use. None: that of the folder."
)
MODEL_BASE_PATH = flags.DEFINE_string(
    "model_base_path", None, "Folder with the versions of one model."
)
MODEL_CONFIG_FILE = flags.DEFINE_string(
    "model_config_file",
    None,
    "ModelServerConfig with several models, in place of --model_base_path.",
)
ENABLE_BATCHING = flags.DEFINE_bool(
    "enable_batching", False, "Join requests to batches."
)
BATCHING_PARAMETERS_FILE = flags.DEFINE_string(
    "batching_parameters_file", None, "BatchingParameters."
)
MONITORING_CONFIG_FILE = flags.DEFINE_string(
    "monitoring_config_file", None, "MonitoringConfig; needs --rest_api_port."
)
SSL_CONFIG_FILE = flags.DEFINE_string(
    "ssl_config_file", None, "SSLConfig: encrypts gRPC, not REST."
)
ENABLE_MODEL_WARMUP = flags.DEFINE_bool(
    "enable_model_warmup",
    True,
    "Answer the requests that lie in a version before it is available.",
)
FILE_SYSTEM_POLL_WAIT_SECONDS = flags.DEFINE_float(
    "file_system_poll_wait_seconds",
    1.0,
    "Between two looks for new versions.",
    lower_bound=0.001,
)
MAX_NUM_LOAD_RETRIES = flags.DEFINE_integer(
    "max_num_load_retries",
    5,
    "For a version that cannot be loaded.",
    lower_bound=0,
)
LOAD_RETRY_INTERVAL_MICROS = flags.DEFINE_integer(
    "load_retry_interval_micros",
    60_000_000,
    "Between two tries to load it.",
    lower_bound=0,
)
