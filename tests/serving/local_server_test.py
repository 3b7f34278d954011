"""The local server's main: mistakes in its flags."""

import pytest
from absl import flags
from absl.testing import flagsaver

from serving import command_line
from serving import local_server


@pytest.mark.parametrize("argument", ["grpc.max_connection_age_ms", "=3"])
def test_a_channel_argument_without_name_or_value_is_told(tmp_path, argument):
    with flagsaver.flagsaver():
        flags.FLAGS(
            [
                "local_server",
                f"--model_base_path={tmp_path}",
                f"--grpc_channel_arguments=a=b,{argument}",
            ]
        )
        with pytest.raises(command_line.UserError, match="write NAME=VALUE"):
            local_server.main()


@pytest.mark.parametrize(
    "argument",
    [
        "--port=99999",
        "--port=-5",
        "--rest_api_port=65536",
        "--file_system_poll_wait_seconds=-1",
        "--max_num_load_retries=-1",
    ],
)
def test_numbers_that_cannot_be_are_refused(argument):
    name = argument.partition("=")[0].lstrip("-")
    with flagsaver.flagsaver():
        with pytest.raises(flags.IllegalFlagValueError, match=name):
            flags.FLAGS(["local_server", argument])
