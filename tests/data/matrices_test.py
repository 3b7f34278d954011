import numpy as np
import pytest
import scipy.io

from tf_landmarks.data import images
from tf_landmarks.data import matrices


@pytest.fixture
def path(tmp_path):
    cells = np.empty((2, 1), object)
    cells[0, 0], cells[1, 0] = np.zeros((3, 2)), np.ones((3, 2))
    path = tmp_path / "a.mat"
    values = {
        "x": np.array([[1, 2, 3]], np.uint8),
        "seen": np.array([[True, False]]),
        "action": "bowl",
        "cells": cells,
        "empty": "",
    }
    scipy.io.savemat(path, values, do_compression=True)
    return path


def test_numbers_are_floats_of_the_shape(path):
    file = matrices.Variables(path, ["x", "seen"])
    x = file.numbers("x", (1, None))
    np.testing.assert_array_equal(x, [[1.0, 2.0, 3.0]])
    assert x.dtype == np.float64
    np.testing.assert_array_equal(file.numbers("seen", (1, 2)), [[1.0, 0.0]])


def test_texts_and_cells_are_read(path):
    file = matrices.Variables(path, ["action", "cells"])
    assert file.text("action") == "bowl"
    first, second = file.cells("cells", (None, 2))
    assert (first.sum(), second.sum()) == (0, 6)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda f: f.numbers("x", (None, 4)), r"a\.mat: x is 1x3, not Nx4;"),
        (lambda f: f.numbers("x", (3,)), "x is 1x3, not 3;"),
        (lambda f: f.numbers("action", (1, 1)), "action does not hold numbers"),
        (lambda f: f.text("x"), "x is not a text"),
        (lambda f: f.text("empty"), "empty is not a text"),
        (lambda f: f.cells("x", (1,)), "x is not a cell array"),
        (lambda f: f.cells("cells", (None, 3)), r"cells\{1\} is 3x2, not Nx3"),
    ],
)
def test_what_is_something_else_is_named(path, read, message):
    file = matrices.Variables(path, ["x", "action", "cells", "empty"])
    with pytest.raises(images.BadFile, match=message):
        read(file)


def test_a_missing_variable_is_named(path):
    with pytest.raises(images.BadFile, match=r"a\.mat: .*bbox"):
        matrices.Variables(path, ["x", "bbox"])
