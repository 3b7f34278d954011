import numpy as np
import pytest
from PIL import Image

from tf_landmarks import errors
from tf_landmarks.detection import inputs


def _save(path, width=8, height=6):
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (width, height)).save(path)


def _frame(width, height):
    return inputs.Frame("i.jpg", 0, np.zeros((height, width, 3), np.uint8))


def test_images_are_named_below_what_they_share(tmp_path):
    for name in ("b/1.png", "a/2.png", "a/1.png"):
        _save(tmp_path / name)
    paths = inputs.find_images(f"{tmp_path}/*/*.png")
    frames = list(inputs.read_images(paths))
    assert [f.file_name for f in frames] == ["a/1.png", "a/2.png", "b/1.png"]
    assert [f.number for f in frames] == [0, 1, 2]
    assert frames[0].image.shape == (6, 8, 3)


@pytest.mark.parametrize(
    ("pattern", "problem"), [("*.jpg", "matches no file"), ("a", "is a folder")]
)
def test_a_pattern_without_images_is_the_users_mistake(
    tmp_path, pattern, problem
):
    _save(tmp_path / "a" / "1.png")
    with pytest.raises(errors.UserError, match=problem):
        inputs.find_images(f"{tmp_path}/{pattern}")


def test_an_image_that_cannot_be_read_is_named(tmp_path):
    _save(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(b"no image")
    frames = inputs.read_images(inputs.find_images(f"{tmp_path}/*.png"))
    assert next(frames).file_name == "1.png"
    with pytest.raises(errors.UserError, match=r"2\.png"):
        next(frames)


def test_a_box_is_four_numbers():
    assert inputs.parse_box("-4,5.5,30,20") == (-4, 5.5, 30, 20)
    assert inputs.parse_box(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "1,2,0,4",
        "1,2,3,-4",
        "nan,2,3,4",
        "1,2,inf,4",
    ],
)
def test_what_is_no_box_is_the_users_mistake(text):
    with pytest.raises(errors.UserError, match=f"--box={text}"):
        inputs.parse_box(text)


def test_a_box_grows_to_a_square_about_its_centre():
    crop = inputs.crop_of(_frame(100, 80), (10, 20, 40, 20))
    assert crop == (10, 10, 40, 40)


def test_without_a_box_the_frame_is_padded_to_a_square():
    assert inputs.crop_of(_frame(100, 80), None) == (0, -10, 100, 100)


def test_a_box_may_reach_over_the_image():
    inputs.crop_of(_frame(100, 80), (-39, 79, 40, 40))


@pytest.mark.parametrize("corner", [(-40, 0), (0, -40), (100, 0), (0, 80)])
def test_a_box_outside_of_the_image_is_the_users_mistake(corner):
    with pytest.raises(errors.UserError, match=r"outside i\.jpg.* 100x80"):
        inputs.crop_of(_frame(100, 80), (*corner, 40, 40))
