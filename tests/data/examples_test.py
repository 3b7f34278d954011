import numpy as np
import tensorflow as tf

from tf_landmarks.data import examples


class ExamplesTest(tf.test.TestCase):
    def test_runs_return(self):
        rng = np.random.default_rng(0)
        keypoints = rng.uniform(-1, 1, (4, 3, 2))
        visibility = rng.integers(0, 3, (4, 3))
        boxes = rng.uniform(0, 99, (4, 4))
        jpegs = [b"a", b"", b"ccc", b"d"]
        serialized = examples.encode_run(
            "clip", [3, 5, 6, 7], jpegs, boxes, keypoints, visibility
        )
        run = examples.parse_run(tf.constant(serialized), num_landmarks=3)
        self.assertEqual(run["clip_id"], b"clip")
        self.assertAllEqual(run["frame_numbers"], [3, 5, 6, 7])
        self.assertAllEqual(run["frames"], jpegs)
        self.assertAllClose(run["box"], boxes)
        self.assertAllClose(run["keypoints"], keypoints)
        self.assertAllEqual(run["visibility"], visibility)

    def test_runs_without_labels_carry_no_feature_for_them(self):
        serialized = examples.encode_run("clip", [0, 1], [b"a", b"b"])
        example = tf.train.Example.FromString(serialized)
        self.assertEqual(
            set(example.features.feature),
            {"clip_id", "frame_numbers", "frames"},
        )
        run = examples.parse_run(tf.constant(serialized))
        self.assertEqual(run["box"].shape, (0, 4))

    def test_poses_return(self):
        poses = np.random.default_rng(0).uniform(-1, 1, (5, 3, 2))
        serialized = [
            examples.encode_pose(pose, [2, 2, 2], (0, 0, 9, 9))
            for pose in poses
        ]
        batch = examples.parse_poses(tf.constant(serialized), num_landmarks=3)
        self.assertAllClose(batch, poses)


if __name__ == "__main__":
    tf.test.main()
