import numpy as np
import pytest
import scipy.io

from tf_landmarks.data import images
from tf_landmarks.data import matlab


def test_variables_return_in_the_order_asked_for(tmp_path):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"a": [1, 2], "b": [[3.5]], "c": "text"})
    b, a = matlab.read(path, "b", "a")
    np.testing.assert_array_equal(a, [[1, 2]])
    np.testing.assert_array_equal(b, [[3.5]])


def _assert_refused(path, message):
    with pytest.raises(images.BadFile, match=message) as caught:
        matlab.read(path, "a", "b")
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_variable_is_named(tmp_path):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"a": 1})
    _assert_refused(path, "has no variable b;")


def test_what_is_not_there_is_named(tmp_path):
    _assert_refused(tmp_path / "a.mat", "no such file")


@pytest.mark.parametrize("compressed", [False, True])
def test_a_shape_is_read_without_the_variable(tmp_path, compressed):
    path = tmp_path / "a.mat"
    cells = np.array([[{"c": 1}, "d", 2.0]], object)
    content = {"a": cells, "b": np.zeros([4, 5])}
    scipy.io.savemat(path, content, do_compression=compressed)
    assert matlab.read_shape(path, "a") == (1, 3)
    assert matlab.read_shape(path, "b") == (4, 5)
    with pytest.raises(images.BadFile, match="has no variable c;"):
        matlab.read_shape(path, "c")
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(images.BadFile, match="cannot be read as a MATLAB"):
        matlab.read_shape(path, "b")


@pytest.mark.parametrize("compressed", [False, True])
def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path, compressed):
    whole, cut = tmp_path / "whole.mat", tmp_path / "cut.mat"
    content = {"a": np.arange(40.0), "b": np.array([{"c": 1}, "d"], object)}
    scipy.io.savemat(whole, content, do_compression=compressed)
    content = whole.read_bytes()
    for size in range(0, len(content), 20):
        cut.write_bytes(content[:size])
        _assert_refused(cut, "cannot be read as a MATLAB|has no variable")


@pytest.mark.parametrize("array_class", [0x16, 0x26, 0x46])
def test_a_file_with_one_bit_changed_is_refused(tmp_path, array_class):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"a": np.arange(5.0), "b": 1})
    content = bytearray(path.read_bytes())
    # After the file's header, the tag of `a` and that of its flags.
    at = 128 + 8 + 8
    assert content[at] == 6  # doubles
    content[at] = array_class
    path.write_bytes(content)
    _assert_refused(path, "cannot be read as a MATLAB")
