import numpy as np
import tensorflow as tf
from tensorflow import keras

from tests import tiny_runs
from tf_landmarks.training import supervised_detector


class SupervisedDetectorTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.model = supervised_detector.SupervisedDetector(
            tiny_runs.architecture_of(), 2e-3
        )
        size, k = tiny_runs.SIZE, tiny_runs.SKELETON.num_landmarks
        self.batch = {
            "x": tf.random.uniform([4, size, size, 3], -1, 1),
            "p": tf.random.uniform([4, k, 2], -0.8, 0.8),
        }

    def test_the_loss_is_the_mean_square_over_coordinates(self):
        y = self.model.phi(self.batch["x"], training=True)
        p = self.model.eta(y, training=True)
        logs = self.model.train_step(self.batch)
        self.assertAllClose(
            logs["points"], np.mean((p - self.batch["p"]) ** 2), rtol=1e-5
        )

    def test_it_learns_labels_by_heart(self):
        self.model.compile()
        frames = tf.data.Dataset.from_tensors(self.batch).repeat(60)
        history = self.model.fit(frames, epochs=1, verbose=0)
        before = history.history["points"][0]
        after = self.model.fit(frames.take(5), verbose=0).history["points"][0]
        self.assertLess(after, 0.5 * before)
        self.assertEqual(self.model.step, 65)

    def test_a_checkpoint_holds_what_detectors_are_loaded_from(self):
        self.assertEqual(
            list(self.model.checkpointed),
            ["phi", "eta", "detector_optimizer", "mean_points"],
        )


if __name__ == "__main__":
    tf.test.main()
