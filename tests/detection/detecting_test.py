import csv
import json
import pathlib

import av
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests import tiny_runs
from tf_landmarks import errors
from tf_landmarks import overlay
from tf_landmarks import skeletons
from tf_landmarks.data import preprocessing
from tf_landmarks.detection import detecting
from tf_landmarks.detection import inputs
from tf_landmarks.models import heatmaps
from tf_landmarks.models import renderer

BOX = (7.0, 3.0, 40.0, 40.0)
FRAMES = 6


@pytest.fixture(scope="module")
def workdir(tmp_path_factory):
    return tiny_runs.make_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    _write_video(path, FRAMES)
    return str(path)


def _write_video(path, frames, width=62, height=50):
    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height = width, height
        for _ in range(frames):
            image = noise.integers(0, 256, (height, width, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _names(folder):
    return sorted(
        path.relative_to(folder).as_posix()
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file()
    )


def _frame(image, name="i.png"):
    return inputs.Frame(name, 0, image)


@pytest.mark.parametrize("box", [None, (7, 8, 40, 30)])
def test_landmarks_are_in_pixels_of_the_original_image(box):
    detector = tiny_runs.detector_of_runs()
    image = np.random.default_rng(0).integers(0, 256, (50, 60, 3), np.uint8)
    (detection,) = detecting.detect(detector, [_frame(image)], box)
    x, y, side = (0, -5, 60) if box is None else (7, 3, 40)
    crop = preprocessing.crop_and_resize(image, (x, y, side, side), 32)
    p = detector(crop[tf.newaxis]).keypoints[0].numpy()
    # The centre of pixel j of 32 is (j + 0.5) / 32 of the side from its edge.
    expected = ((p + 1) * 31 / 2 + 0.5) / 32 * side - 0.5 + [x, y]
    np.testing.assert_allclose(detection.keypoints, expected, atol=1e-3)


def test_batches_change_nothing_and_keep_the_order():
    detector = tiny_runs.detector_of_runs()
    noise = np.random.default_rng(0)
    frames = [
        _frame(noise.integers(0, 256, (20 + i, 30, 3), np.uint8), f"{i}.png")
        for i in range(35)
    ]
    together = list(detecting.detect(detector, frames))
    assert [d.frame.file_name for d in together] == [
        f"{i}.png" for i in range(35)
    ]
    for i in (0, 31, 32, 34):
        (alone,) = detecting.detect(detector, [frames[i]])
        np.testing.assert_allclose(
            together[i].keypoints, alone.keypoints, atol=0.01
        )


@pytest.mark.parametrize("size", [32, 64, 128])
@pytest.mark.parametrize("point", [(27, 23), (33, 11), (15, 31)])
def test_no_half_pixel_is_lost_from_a_picture_to_a_landmark(size, point):
    """Drawn in an image, cropped, seen by the expectation, back in pixels."""
    dot = skeletons.Skeleton("dot", ("tip",), ())
    image = np.zeros((50, 60, 3), np.uint8)
    pose = overlay.Pose(np.array([point]), np.ones(1), 200.0)
    image = overlay.draw(image, pose, dot)
    crop = preprocessing.crop_and_resize(image, BOX, size)
    light = tf.reduce_sum(crop + 1, axis=-1)  # [S, S]
    light /= tf.reduce_sum(light)
    columns, rows = tf.reduce_sum(light, axis=0), tf.reduce_sum(light, axis=1)
    p = heatmaps.keypoints(columns[None, :, None], rows[None, :, None])
    found = preprocessing.normalized_to_pixels(p.numpy(), BOX, size)
    np.testing.assert_allclose(found[0, 0], point, atol=0.05)


@pytest.mark.parametrize("size", [32, 128])
def test_no_half_pixel_is_lost_through_the_renderer(size):
    point = np.array([[[27.3, 22.6]]], np.float32)
    p = preprocessing.pixels_to_normalized(point, BOX, size)
    p = tf.cast(p, tf.float32)
    y = renderer.render_points(p, size, gamma=100.0)
    y /= tf.reduce_sum(y)
    expected = heatmaps.keypoints(tf.reduce_sum(y, 1), tf.reduce_sum(y, 2))
    found = preprocessing.normalized_to_pixels(expected.numpy(), BOX, size)
    np.testing.assert_allclose(found, point, atol=0.05)


def test_a_video_gives_a_video_and_tables(workdir, video, tmp_path):
    result = detecting.detect_video(workdir, video, str(tmp_path), BOX)
    assert result.frames == FRAMES
    assert _names(tmp_path) == [
        "detections.csv",
        "detections.json",
        "overlay.mp4",
    ]
    content = json.loads((tmp_path / "detections.json").read_text())
    assert [i["frame"] for i in content["images"]] == list(range(FRAMES))
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.frames) == (62, 50, FRAMES)
        assert stream.average_rate == 10
    with open(tmp_path / "detections.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * FRAMES
    # Both tables say the same, and it is inside the crop.
    keypoints = [a["keypoints"][:2] for a in content["annotations"]]
    heads = [(float(r["x"]), float(r["y"])) for r in rows[::3]]
    np.testing.assert_allclose(keypoints, heads)
    assert (np.array(heads) > np.array(BOX[:2]) - 0.5).all()
    assert (np.array(heads) < np.array(BOX[:2]) + 39.5).all()


def test_images_give_images_and_tables(workdir, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, size in (("1.png", (60, 50)), ("2.png", (30, 90))):
        Image.new("RGB", size).save(folder / name)
    out = tmp_path / "out"
    result = detecting.detect_images(workdir, f"{folder}/*.png", str(out))
    assert result.frames == 2
    assert _names(out) == [
        "detections.csv",
        "detections.json",
        "overlays/1.png",
        "overlays/2.png",
    ]
    with Image.open(out / "overlays" / "2.png") as image:
        assert image.size == (30, 90)
        assert np.asarray(image).any()


def test_a_cut_video_leaves_nothing(workdir, tmp_path):
    whole = tmp_path / "whole.avi"
    _write_video(whole, 40)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    out = tmp_path / "out"
    with pytest.raises(errors.UserError, match=r"cut\.avi"):
        detecting.detect_video(workdir, str(cut), str(out))
    assert not out.exists()


@pytest.mark.parametrize("name", ["missing.mp4", "text.mp4"])
def test_what_is_no_video_is_the_users_mistake(workdir, tmp_path, name):
    (tmp_path / "text.mp4").write_text("no video")
    path, out = tmp_path / name, tmp_path / "out"
    with pytest.raises(errors.UserError, match=name):
        detecting.detect_video(workdir, str(path), str(out))
    assert not out.exists()


def test_a_box_outside_of_the_video_leaves_nothing(workdir, video, tmp_path):
    with pytest.raises(errors.UserError, match="outside"):
        detecting.detect_video(workdir, video, str(tmp_path), (99, 0, 9, 9))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["overlay.mp4", "overlays/1.png"])
def test_the_input_is_never_replaced(workdir, tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    _write_video(path, 3) if path.suffix == ".mp4" else path.touch()
    before = path.read_bytes()
    detect = (
        detecting.detect_video
        if path.suffix == ".mp4"
        else detecting.detect_images
    )
    with pytest.raises(errors.UserError, match=f"replace the input.*{name}"):
        detect(workdir, str(path), str(tmp_path))
    assert _names(tmp_path) == [name]
    assert path.read_bytes() == before
