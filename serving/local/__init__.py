"""A server with TF-Serving's protocol, where its own binary is absent.

For development and tests: one process, Python and TensorFlow. Flags, files,
status codes and messages are TF-Serving's; docs/serving.md says what is not.
"""
