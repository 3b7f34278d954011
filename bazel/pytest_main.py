"""Runs pytest in a Bazel test, on the files and options of its arguments."""

import os
import sys

import pytest

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
    status = pytest.main(options + sys.argv[1:])
    # A file without a match for the filter is fine, one without a test is not.
    if wanted and status == pytest.ExitCode.NO_TESTS_COLLECTED:
        status = 0
    sys.exit(status)
