import numpy as np

from tf_landmarks.data import individuals

_SHAPE = np.array([[-1.0, -1.0], [1.0, -1.0], [0.0, 2.0], [0.0, 0.0]])
_WIDER = _SHAPE * [1.5, 1.0]


def _poses(shape, count, seed, centre=(0.0, 0.0), size=1.0):
    """`shape` in other places, sizes and turns."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(-0.3, 0.3, count)
    turn = np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    ).transpose(2, 0, 1)
    scale = size * rng.uniform(0.8, 1.25, (count, 1, 1))
    place = np.array(centre) + rng.uniform(-0.1, 0.1, (count, 1, 2))
    return scale * (shape @ turn) + place


def _shape_of(poses):
    """Mean over the poses of their shapes, of size 1 and upright."""
    z = poses[..., 0] + 1j * poses[..., 1]
    z = z - z.mean(axis=1, keepdims=True)
    upright = z / (z[:, 1] - z[:, 0])[:, np.newaxis]  # the first limb is 1
    return upright.mean(axis=0)


def test_one_individual_stays_as_it_is():
    poses = _poses(_SHAPE, 20, 0)
    (same,) = individuals.averaged([poses])
    np.testing.assert_allclose(same, poses, atol=1e-12)


def test_all_have_the_average_of_their_shapes():
    narrow, wide = individuals.averaged(
        [_poses(_SHAPE, 40, 0), _poses(_WIDER, 30, 1)]
    )
    assert (len(narrow), len(wide)) == (40, 30)
    np.testing.assert_allclose(_shape_of(narrow), _shape_of(wide), atol=1e-9)
    # By hand: each shape is taken at the size at which it is nearest to the
    # average; that lies between a height of 3 for a width of 2 and of 3.
    height = abs(_shape_of(narrow)[2] - _shape_of(narrow)[:2].mean())
    assert 1.0 < height < 1.5


def test_what_a_pose_has_beside_the_mean_shape_it_keeps():
    narrow = np.stack([_SHAPE, _SHAPE])
    narrow[0, 3, 0] += 0.2
    narrow[1, 3, 0] -= 0.2
    new, _ = individuals.averaged([narrow, _poses(_WIDER, 30, 1)])
    before, after = narrow[0] - narrow[1], new[0] - new[1]
    scale = after[3, 0] / before[3, 0]
    assert 1.0 < scale < 1.5  # the other one is larger
    np.testing.assert_allclose(after, scale * before, atol=0.03)


def test_places_and_sizes_become_the_averages():
    first = _poses(_SHAPE, 200, 0, (0.2, -0.2), 0.3)
    second = _poses(_SHAPE, 100, 1, (0.4, 0.2), 0.5)
    moved = individuals.averaged([first, second])
    places = [poses.mean(axis=(0, 1)) for poses in (first, second)]
    sizes = [_width(poses) for poses in (first, second)]
    for poses in moved:
        np.testing.assert_allclose(
            poses.mean(axis=(0, 1)), np.mean(places, axis=0), atol=1e-9
        )
        np.testing.assert_allclose(_width(poses), np.mean(sizes), rtol=1e-9)


def _width(poses):
    return np.linalg.norm(poses[:, 1] - poses[:, 0], axis=1).mean()
