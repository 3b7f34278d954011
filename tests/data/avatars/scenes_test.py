import numpy as np
import pytest
from PIL import Image

from tf_landmarks.data.avatars import scenes


def _looking_ahead(focal=1.0):
    """From 10 before the origin, at it: x to the right, y down."""
    rotation = np.diag([1.0, -1.0, -1.0])
    return scenes.Camera(
        rotation, np.array([0.0, 0.0, 10.0]), focal, np.array([0.5, 0.5])
    )


@pytest.mark.parametrize("size", [4, 5, 64])
def test_the_middle_of_the_picture_is_between_its_pixels(size):
    points = np.array([[0.0, 0.0, 0.0], [5.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    pixels, depths = _looking_ahead().project(points, size)
    middle = size / 2 - 0.5
    np.testing.assert_allclose(pixels[0], [middle, middle])
    # Half a side away, at a distance of ten: the last pixel's outer edge.
    np.testing.assert_allclose(pixels[1], [size - 0.5, middle])
    np.testing.assert_allclose(pixels[2], [middle, -0.5])
    np.testing.assert_allclose(depths, 10.0)


def test_a_nearer_point_is_seen_further_out():
    pixels, depths = _looking_ahead().project(np.array([[1.0, 0.0, 8.0]]), 100)
    np.testing.assert_allclose(depths, 2.0)
    np.testing.assert_allclose(pixels, [[99.5, 49.5]])


def test_drawn_cameras_see_the_person_upright_and_in_the_middle():
    standing = np.array([[0.0, 0.0, 0.0], [1.0, 9.0, 0.5], [0.0, 17.0, 0.0]])
    for seed in range(50):
        camera = scenes.draw_camera(
            standing[np.newaxis], scenes.Cameras(), np.random.default_rng(seed)
        )
        np.testing.assert_allclose(
            camera.rotation @ camera.rotation.T, np.eye(3), atol=1e-12
        )
        assert np.linalg.det(camera.rotation) > 0
        pixels, depths = camera.project(standing, 100)
        assert depths.min() > 10
        low, _, high = pixels
        assert 79 < low[1] - high[1] < 89
        assert abs(low[0] - high[0]) < 0.5
        np.testing.assert_allclose((low[1] + high[1]) / 2, 49.5, atol=3.01)


def test_a_widest_pose_stays_in_the_picture():
    still = np.tile([[0.0, 0.0, 0.0], [0.0, 10.0, 0.0]], [9, 1, 1])
    still[0, 1, 1] = 30.0
    camera = scenes.draw_camera(
        still, scenes.Cameras(), np.random.default_rng(0)
    )
    pixels, _ = camera.project(still, 100)
    assert pixels.min() > -0.5 and pixels.max() < 99.5


def test_light_falls_from_its_side():
    light = scenes.Light(np.array([0.0, 0.0, 1.0]), 0.4)
    normals = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    lit, shadow, top = scenes.shade(np.full([3, 3], 0.5), normals, light)
    np.testing.assert_allclose(shadow, 0.5 * 0.4 * 0.775)
    np.testing.assert_allclose(lit, 0.5 * (0.4 * 0.775 + 0.6 * 1.15))
    np.testing.assert_allclose(top, 0.5 * 0.4)


def test_backgrounds_follow_the_seed():
    first, again, other = (
        scenes.draw_background(32, np.random.default_rng(seed))
        for seed in (0, 0, 1)
    )
    assert first.shape == (32, 32, 3)
    assert first.min() >= 0 and first.max() <= 1
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_photos_are_backgrounds(tmp_path):
    path = tmp_path / "photo.png"
    Image.new("RGB", (60, 40), (255, 51, 0)).save(path)
    drawn = scenes.draw_background(16, np.random.default_rng(0), [path])
    np.testing.assert_allclose(drawn, np.tile([1, 0.2, 0], [16, 16, 1]))
