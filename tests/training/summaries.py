"""Reads what a run has logged."""

import pathlib

import tensorflow as tf


def scalars(folder: pathlib.Path) -> dict[str, dict[int, float]]:
    """The scalars of TensorBoard's files: value by step, by name.

    A step that was logged twice has the later value.
    """
    values = {}
    for _, event in _events(folder):
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "scalars":
                by_step = values.setdefault(value.tag, {})
                by_step[event.step] = float(tf.make_ndarray(value.tensor))
    return values


def images(folder: pathlib.Path) -> dict[int, list[bytes]]:
    """The pictures of TensorBoard's files: PNGs by step."""
    pictures = {}
    for _, event in _events(folder):
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "images":
                # Width, height, then one string a picture.
                pngs = tf.make_ndarray(value.tensor)[2:]
                pictures[event.step] = list(pngs)
    return pictures


def _events(folder):
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            yield path, tf.compat.v1.Event.FromString(record.numpy())
