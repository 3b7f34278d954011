"""Flags of what to export a detector as."""

from absl import flags

FORMAT = flags.DEFINE_enum(
    "format",
    "saved_model",
    ["saved_model", "onnx", "tflite"],
    "What to make: a version for TF-Serving, which takes pictures of any size, "
    "or a file that takes crops of the detector's own size.",
)
DTYPE = flags.DEFINE_enum(
    "dtype",
    None,
    ["float32", "bfloat16", "float16", "int8"],
    "Type of weights and arithmetic: saved_model float32, bfloat16 or float16; "
    "onnx float32; tflite float16 or int8. None: the first of them.",
)
JIT = flags.DEFINE_bool(
    "jit",
    False,
    "Let XLA compile the detector of a saved_model, once for each size of "
    "batch that comes.",
)
