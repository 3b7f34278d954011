"""Writes the tests' model, for a server that runs outside of the tests.

bazel run //tests/serving:export_model -- DIR

puts it into DIR/puppets/1.
"""

import os
import pathlib
import sys

from tests.serving import exported_models
from tests.serving import targets

if __name__ == "__main__":
    folder = pathlib.Path(
        os.environ.get("BUILD_WORKING_DIRECTORY", "."), sys.argv[1]
    )
    base_path = folder.absolute() / exported_models.NAME
    print(exported_models.add_version(base_path, targets.VERSION))
