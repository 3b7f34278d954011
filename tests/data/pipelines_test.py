import itertools
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import pipelines
from tf_landmarks.data import records
from tf_landmarks.data import writing

_SIZE = 16
_SKELETON = skeletons.Skeleton("puppet", ("a", "b"), ((0, 1),))
_CLIPS = {"dark": 40, "middle": 70, "bright": 5}  # names and lengths
_LEVELS = {"dark": 0, "middle": 80, "bright": 160}


def _clip(name, length, labelled):
    """Frame t of a clip is grey, of the clip's level plus t."""

    def frames():
        for t in range(length):
            image = np.full((_SIZE, _SIZE, 3), _LEVELS[name] + t, np.uint8)
            labels = ([[t, 0], [0, t]], [2, 1]) if labelled else []
            yield clips.Frame(
                t, image, (0, 0, _SIZE, _SIZE), *map(np.array, labels)
            )

    return clips.Clip(name, frames, length)


def _write(folder):
    poses = np.linspace(-1, 1, 300).repeat(4).reshape(300, 2, 2)
    source = clips.Source(
        "greys",
        {},
        _SKELETON,
        {
            split: [_clip(*clip, split == "test") for clip in _CLIPS.items()]
            for split in ("train", "test")
        },
        {"train": clips.Poses(poses, np.ones([300, 4]))},
        "labels",
    )
    writing.write(source, str(folder), _SIZE, clips.BadFiles(False))


def _level(x):
    """What frame a grey picture is: level plus t."""
    return np.round((x.mean((-3, -2, -1)) + 1) * 127.5).astype(int)


class PipelinesTest(tf.test.TestCase, parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.data_dir = str(pathlib.Path(scratch.name) / "data")
        _write(cls.data_dir)
        cls.info = records.read_info(cls.data_dir)

    def _pairs(self, steps, batch=4, seed=0, window=8, **others):
        pairs = pipelines.training_pairs(
            self.data_dir, self.info, batch, seed, window, **others
        )
        return list(pairs.take(steps).as_numpy_iterator())

    def test_pairs_never_cross_clips_and_stay_in_the_window(self):
        seen = set()
        for batch in self._pairs(250):
            x, x_prime = _level(batch["x"]), _level(batch["x_prime"])
            self.assertAllEqual(x // 80, x_prime // 80)
            self.assertAllInRange(np.abs(x - x_prime), 1, 8)
            seen.update(x)
        everything = {
            _LEVELS[name] + t for name in _CLIPS for t in range(_CLIPS[name])
        }
        self.assertLessEqual(seen, everything)
        self.assertGreater(len(seen), 0.9 * len(everything))

    def test_batches_have_the_shapes_and_ranges_of_the_conventions(self):
        (batch,) = self._pairs(1)
        for name in ("x", "x_prime"):
            self.assertEqual(batch[name].shape, (4, _SIZE, _SIZE, 3))
            self.assertEqual(batch[name].dtype, np.float32)
            self.assertAllInRange(batch[name], -1.0, 1.0)
        for name in ("p_bar", "p_bar_eta"):
            self.assertEqual(batch[name].shape, (4, 2, 2))

    @parameterized.parameters(False, True)
    def test_a_stream_depends_on_seed_and_position_only(self, tps):
        tf.random.set_seed(1)
        drawn = dict.fromkeys(("tps", "eta_tps", "augment"), tps)
        whole = self._pairs(9, **drawn)
        tf.random.set_seed(2)
        for start in (1, 2, 5):  # mid-epoch, and epochs further on
            rest = self._pairs(9 - start, start_step=start, **drawn)
            for expected, batch in zip(whole[start:], rest, strict=True):
                for name in ("x", "x_prime", "p_bar", "p_bar_eta"):
                    self.assertAllEqual(batch[name], expected[name])

    def test_eta_sees_the_poses_of_d_y_warped_or_as_they_are(self):
        (plain,), (warped,) = self._pairs(1), self._pairs(1, eta_tps=True)
        self.assertAllEqual(plain["p_bar_eta"], plain["p_bar"])
        self.assertAllEqual(warped["p_bar"], plain["p_bar"])
        self.assertNotAllClose(warped["p_bar_eta"], plain["p_bar"], atol=0.01)

    def test_augmenting_moves_the_poses_for_eta_with_those_for_d_y(self):
        (plain,), (moved,) = self._pairs(1), self._pairs(1, augment=True)
        self.assertNotAllClose(moved["p_bar"], plain["p_bar"], atol=0.01)
        self.assertAllEqual(moved["p_bar_eta"], moved["p_bar"])

    def test_without_the_mirror_the_other_half_stays_what_it_was(self):
        drawn, unmirrored = [
            np.concatenate([batch["p_bar"] for batch in batches])
            for batches in (
                self._pairs(5, augment=True),
                self._pairs(5, augment=True, mirror=False),
            )
        ]
        same = [
            np.allclose(a, b) for a, b in zip(drawn, unmirrored, strict=True)
        ]
        self.assertBetween(sum(same), 4, 16)  # of 20

    @parameterized.parameters(True, False)
    def test_pairs_are_mirrored_where_that_was_asked_for(self, mirror):
        to_the_right = tf.broadcast_to(
            tf.linspace(-1.0, 1.0, 32)[:, None], [40, 32, 32, 1]
        )
        x, x_prime = pipelines._move_pair(
            (to_the_right, to_the_right), tf.constant([0, 1]), mirror
        )
        self.assertAllEqual(x, x_prime)
        is_mirrored = x[:, 16, 24, 0] < x[:, 16, 8, 0]
        self.assertBetween(
            np.sum(is_mirrored), *((10, 30) if mirror else (0, 0))
        )

    def test_seeds_differ(self):
        a, b = self._pairs(3, seed=0), self._pairs(3, seed=1)
        self.assertNotAllEqual(a[0]["x"], b[0]["x"])
        self.assertNotAllEqual(a[0]["p_bar"], b[0]["p_bar"])

    def test_an_epoch_has_every_pose_once_each_time_in_another_order(self):
        poses = pipelines.training_poses(self.data_dir, self.info, 300, seed=0)
        first, second = [
            batch[:, 0, 0] for batch in poses.take(2).as_numpy_iterator()
        ]
        self.assertNotAllEqual(first, second)
        for epoch in (first, second):
            self.assertAllClose(np.sort(epoch), np.linspace(-1, 1, 300))

    def test_each_batch_has_poses_from_everywhere_in_the_file(self):
        poses = pipelines.training_poses(self.data_dir, self.info, 15, seed=0)
        for batch in poses.take(20).as_numpy_iterator():
            self.assertGreater(np.std(batch[:, 0, 0]), 0.3)  # of all: 0.58

    def _labelled(self, count, start_step=0, augment=False):
        stream = pipelines.labelled_frames(
            self.data_dir, self.info, "test", 4, 0, start_step, augment
        )
        return list(stream.take(count).as_numpy_iterator())

    def test_labels_move_with_their_frames(self):
        plain, whole = self._labelled(9), self._labelled(9, augment=True)
        self.assertNotAllClose(whole[0]["p"], plain[0]["p"], atol=0.01)
        self.assertAllClose(_level(whole[0]["x"]), _level(plain[0]["x"]))
        for expected, batch in zip(
            whole[4:], self._labelled(5, 4, augment=True), strict=True
        ):
            self.assertAllEqual(batch["x"], expected["x"])
            self.assertAllEqual(batch["p"], expected["p"])

    def test_labelled_frames_carry_their_own_labels(self):
        batches = self._labelled
        whole = batches(60)
        for batch in whole:
            time = _level(batch["x"]) % 80
            normalized = 2.0 * time / (_SIZE - 1) - 1.0
            self.assertAllClose(batch["p"][:, 0, 0], normalized)
        self.assertGreater(len({b["p"][0, 0, 0] for b in whole}), 20)
        for expected, batch in zip(whole[7:], batches(53, 7), strict=True):
            self.assertAllEqual(batch["x"], expected["x"])

    def test_evaluation_is_in_order_and_drops_nothing(self):
        batches = list(
            pipelines.evaluation_frames(
                self.data_dir, self.info, "test", 50
            ).as_numpy_iterator()
        )
        frames = {
            name: np.concatenate([batch[name] for batch in batches])
            for name in batches[0]
        }
        expected = [(name, t) for name, n in _CLIPS.items() for t in range(n)]
        self.assertAllEqual(
            frames["clip_id"], [name.encode() for name, _ in expected]
        )
        times = np.array([t for _, t in expected])
        self.assertAllEqual(frames["frame_number"], times)
        self.assertAllEqual(
            _level(frames["x"]), [_LEVELS[name] + t for name, t in expected]
        )
        normalized = 2.0 * times / (_SIZE - 1) - 1.0
        self.assertAllClose(frames["p"][:, 0, 0], normalized)
        self.assertAllClose(frames["p"][:, 1, 1], normalized)
        self.assertAllEqual(frames["visibility"], [[2, 1]] * len(expected))
        box = [0, 0, _SIZE, _SIZE]
        self.assertAllEqual(frames["box"], [box] * len(expected))

    def test_an_unlabelled_split_has_neither_labels_nor_boxes(self):
        frames = pipelines.evaluation_frames(
            self.data_dir, self.info, "train", 4
        )
        self.assertEqual(
            set(frames.element_spec), {"x", "clip_id", "frame_number", "box"}
        )
        batch = next(frames.as_numpy_iterator())
        self.assertAllEqual(batch["box"], np.full([4, 4], np.nan))

    def test_a_split_that_is_not_there_is_named(self):
        with self.assertRaisesRegex(
            errors.UserError, "no split 'val', only 'train', 'test'"
        ):
            pipelines.evaluation_frames(self.data_dir, self.info, "val", 4)

    def test_without_frames_to_learn_labels_from_one_is_told_to_make_them(self):
        with self.assertRaisesRegex(
            errors.UserError, "no split 'labelled', .* --labelled"
        ):
            pipelines.labelled_frames(
                self.data_dir, self.info, "labelled", 4, 0
            )

    def test_load_poses_keeps_the_order(self):
        poses = pipelines.load_poses(self.data_dir, self.info)
        self.assertAllClose(poses[:, 1, 1], np.linspace(-1, 1, 300))

    def test_all_pairs_of_a_run_are_drawn_and_no_others(self):
        drawn = {
            tuple(
                int(place)
                for place in pipelines.draw_pair(
                    tf.constant(5), 2, tf.constant([0, i])
                )
            )
            for i in range(400)
        }
        self.assertEqual(
            drawn,
            {
                (i, j)
                for i, j in itertools.permutations(range(5), 2)
                if abs(i - j) <= 2
            },
        )


if __name__ == "__main__":
    tf.test.main()
