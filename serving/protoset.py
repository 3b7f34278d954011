"""Writes the descriptors of TF-Serving's services, for grpcurl and its like.

bazel run //serving:protoset -- --out=serving.protoset

TF-Serving has no reflection, and tensorflow-serving-api no .proto files: this
is what protoc would make of them with --descriptor_set_out.
"""

import pathlib

from absl import flags as absl_flags
from google.protobuf import descriptor
from google.protobuf import descriptor_pb2

from flags import output_flags
from serving import command_line
from serving import protos

absl_flags.adopt_module_key_flags(output_flags)


def main() -> None:
    """Reads the flag, writes the file."""
    out = output_flags.OUT.value
    if not out:
        raise command_line.UserError("protoset needs --out=FILE")
    pathlib.Path(out).write_bytes(descriptors().SerializeToString())
    print(f"wrote {out}")


def descriptors() -> descriptor_pb2.FileDescriptorSet:
    """PredictionService, ModelService and all that they need."""
    files: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for name in ("prediction_service", "model_service"):
        _add(protos.service_file(name), files)
    return descriptor_pb2.FileDescriptorSet(file=files.values())


def _add(
    file: descriptor.FileDescriptor,
    files: dict[str, descriptor_pb2.FileDescriptorProto],
) -> None:
    """Adds a file after those that it imports, each once."""
    if file.name in files:
        return
    for dependency in file.dependencies:
        _add(dependency, files)
    files[file.name] = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(files[file.name])


if __name__ == "__main__":
    command_line.run(main)
