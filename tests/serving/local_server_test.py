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
