import numpy as np

from tf_landmarks.data.avatars import rasterizer


def _slow(points, depths, triangles, size):
    """Every pixel against every triangle: triangle (-1: none) and depth."""
    seen = np.full([size, size], -1)
    nearest = np.full([size, size], np.inf)
    for number, corners in enumerate(triangles):
        a, b, c = points[corners]
        edges = np.stack([b - a, c - a], axis=1)
        if np.linalg.det(edges) >= 0:
            continue  # its back
        for y in range(size):
            for x in range(size):
                u, v = np.linalg.solve(edges, [x - a[0], y - a[1]])
                if u < 0 or v < 0 or u + v > 1:
                    continue
                near = np.dot([1 - u - v, u, v], 1 / depths[corners])
                if 1 / near < nearest[y, x]:
                    seen[y, x], nearest[y, x] = number, 1 / near
    return seen, nearest


def test_each_pixel_sees_the_nearest_triangle_that_faces_it():
    rng = np.random.default_rng(0)
    size = 16
    points = rng.uniform(-4, size + 4, [30, 2])
    depths = rng.uniform(1, 3, 30)
    triangles = rng.permuted(np.tile(np.arange(30), [25, 1]), axis=1)[:, :3]
    seen, nearest = _slow(points, depths, triangles, size)
    fragments = rasterizer.rasterize(points, depths, triangles, size)
    expected = np.flatnonzero(seen.ravel() >= 0)
    assert 50 < len(expected) < size * size
    np.testing.assert_array_equal(fragments.pixels, expected)
    np.testing.assert_array_equal(fragments.triangles, seen.ravel()[expected])
    np.testing.assert_allclose(fragments.depths, nearest.ravel()[expected])


def test_weights_lead_back_to_the_pixel():
    points = np.array([[1.0, 1.0], [2.0, 9.0], [9.0, 3.0]])
    fragments = rasterizer.rasterize(
        points, np.ones(3), np.array([[0, 1, 2]]), 12
    )
    row, column = np.divmod(fragments.pixels, 12)
    np.testing.assert_allclose(
        fragments.weights @ points, np.stack([column, row], axis=1), atol=1e-9
    )


def test_pixels_on_a_shared_edge_are_not_missed():
    square = np.array([[0.0, 0.0], [0.0, 8.0], [8.0, 8.0], [8.0, 0.0]])
    halves = np.array([[0, 1, 2], [0, 2, 3]])
    fragments = rasterizer.rasterize(square, np.ones(4), halves, 9)
    np.testing.assert_array_equal(fragments.pixels, np.arange(81))


def test_what_is_off_the_picture_is_left_out():
    points = np.array([[20.0, 1.0], [21.0, 9.0], [29.0, 3.0]])
    fragments = rasterizer.rasterize(
        points, np.ones(3), np.array([[0, 1, 2]]), 12
    )
    assert not len(fragments.pixels)
