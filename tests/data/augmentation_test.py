import numpy as np
import tensorflow as tf

from tf_landmarks.data import augmentation

_SIZE = 41


def _draw(count, i=0, mirror=True):
    return augmentation.draw(count, tf.constant([0, i]), mirror)


def _colour_at(image, point):
    """Of the pixel nearest to a place in normalised coordinates."""
    x, y = np.round((np.asarray(point) + 1) * (_SIZE - 1) / 2).astype(int)
    return image[y, x]


class AugmentationTest(tf.test.TestCase):
    def test_poses_move_with_their_images(self):
        """On pictures whose colours are their own coordinates."""
        line = np.linspace(-1, 1, _SIZE, dtype=np.float32)
        picture = np.stack(np.meshgrid(line, line), axis=-1)
        maps = _draw(20)
        images = augmentation.move_images(
            tf.constant(np.stack([picture] * 20)), maps
        ).numpy()
        pose = tf.random.stateless_uniform([1, 6, 2], [0, 1], -0.6, 0.6)
        poses = tf.tile(pose, [20, 1, 1])
        moved = augmentation.move_poses(poses, maps, range(6)).numpy()
        for image, points in zip(images, moved, strict=True):
            for point, was_at in zip(points, pose[0], strict=True):
                self.assertAllClose(
                    _colour_at(image, point), was_at, atol=1.2 / (_SIZE - 1)
                )

    def test_a_mirror_exchanges_left_and_right(self):
        maps = augmentation.Similarities(
            tf.constant([[[-1.0, 0], [0, 1]], [[1, 0], [0, 1]]]),
            tf.zeros([2, 2]),
            tf.constant([True, False]),
        )
        left, right = [0.5, 0.1], [-0.4, 0.2]
        poses = tf.constant([[left, right]] * 2)
        mirrored, same = augmentation.move_poses(poses, maps, (1, 0))
        self.assertAllClose(mirrored, [[0.4, 0.2], [-0.5, 0.1]])
        self.assertAllClose(same, [left, right])

    def test_draws_have_the_stated_ranges(self):
        maps = _draw(2000)
        area = np.linalg.det(maps.matrices)
        self.assertAllEqual(area < 0, maps.mirrored)
        self.assertBetween(np.mean(maps.mirrored), 0.45, 0.55)
        scale = np.sqrt(np.abs(area))
        self.assertAllInRange(scale, 0.85, 1.05)
        self.assertGreater(np.ptp(scale), 0.19)
        upright = maps.matrices[:, :, 1]
        degrees = np.degrees(np.arctan2(upright[:, 0], upright[:, 1]))
        self.assertAllInRange(degrees, -10.0, 10.0)
        self.assertGreater(np.ptp(degrees), 19.0)
        self.assertAllInRange(maps.shifts, -0.1, 0.1)

    def test_none_is_mirrored_where_that_was_not_asked_for(self):
        with_mirror, without = _draw(100), _draw(100, mirror=False)
        self.assertFalse(np.any(without.mirrored))
        self.assertAllGreater(np.linalg.det(without.matrices), 0.0)
        self.assertAllEqual(without.shifts, with_mirror.shifts)

    def test_draws_follow_the_key(self):
        for again, other, part in zip(
            _draw(9), _draw(9, 1), _draw(9), strict=True
        ):
            self.assertAllEqual(part, again)
            self.assertNotAllEqual(part, other)


if __name__ == "__main__":
    tf.test.main()
