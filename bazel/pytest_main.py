"""Runs pytest in a Bazel test, on the files and options of its arguments.

--tf_serving=HOST:PORT and --tf_serving_rest=HOST:PORT are not pytest's: they
are the server that tests/serving/targets.py takes; any test may be given them.
"""

import argparse
import os
import sys

import pytest


def _set_server(arguments: list[str]) -> list[str]:
    """Puts the server where tests find it; returns the other arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--tf_serving")
    parser.add_argument("--tf_serving_rest")
    server, others = parser.parse_known_args(arguments)
    for name, address in vars(server).items():
        if address:
            os.environ[name.upper()] = address
    return others


if __name__ == "__main__":
    # Bazel gives a test no home directory.
    if "TEST_TMPDIR" in os.environ:
        os.environ.setdefault("HOME", os.environ["TEST_TMPDIR"])
    options = ["-p", "no:cacheprovider", "--import-mode=importlib"]
    if os.environ.get("XML_OUTPUT_FILE"):
        options.append("--junitxml=" + os.environ["XML_OUTPUT_FILE"])
    # bazel test --test_filter=...
    wanted = os.environ.get("TESTBRIDGE_TEST_ONLY")
    if wanted:
        options += ["-k", wanted]
    status = pytest.main(options + _set_server(sys.argv[1:]))
    # A file without a match for the filter is fine, one without a test is not.
    if wanted and status == pytest.ExitCode.NO_TESTS_COLLECTED:
        status = 0
    sys.exit(status)
