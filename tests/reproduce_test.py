import functools

import pytest

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import reproduce

_main = functools.partial(tiny_runs.run_main, reproduce.main)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "--table is missing"),
        (["--table=2", "--scale=small"], "--table=2 has no --scale=small"),
        (["--table=3", "--scale=small"], "Give --scale=paper"),
        (["--table=3", "--sources=w300=nowhere"], "no such folder"),
        (["--table=3", "--sources=faces=."], "one of h36m, mpi_inf_3dhp, "),
        (
            ["--table=2"],
            "^simple_h36m is missing: docs/datasets/h36m.md tells how",
        ),
        (["--table=5", "--train_steps=9"], "--train_steps is set by the rec"),
        (["--table=5", "--prior_size=50"], "--prior_size is set by the rec"),
        (["--table=5", "--image_size=96"], "--image_size is set by the rec"),
    ],
)
def test_mistakes_are_told(tmp_path, arguments, message):
    folders = [f"--workdir={tmp_path}/runs", f"--out={tmp_path}/out"]
    with pytest.raises(errors.UserError, match=message):
        _main(*arguments, *folders)
    assert not list(tmp_path.iterdir())


def test_what_a_table_needs_is_said_before_what_is_missing(tmp_path, capsys):
    with pytest.raises(errors.UserError, match="h36m is missing"):
        _main("--table=1", f"--workdir={tmp_path}")
    printed = capsys.readouterr().out
    assert printed.startswith("Table 1: Human3.6M")
    assert "3,000,000 of people take 5.8 days" in printed
    assert (
        "ours, H3.6M skeletons: 580,000 updates of stage skeleton, "
        "3,000,000 updates of stage landmarks to go"
    ) in printed
