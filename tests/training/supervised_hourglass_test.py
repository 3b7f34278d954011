import dataclasses

import numpy as np
import tensorflow as tf
from tensorflow import keras

from tests import tiny_runs
from tf_landmarks.models import gaussian_heatmaps
from tf_landmarks.training import supervised_hourglass


class SupervisedHourglassTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        arch = dataclasses.replace(tiny_runs.architecture_of(), width=2)
        self.model = supervised_hourglass.SupervisedHourglass(arch, 1e-2)
        size, k = tiny_runs.SIZE, tiny_runs.SKELETON.num_landmarks
        self.batch = {
            "x": tf.random.uniform([4, size, size, 3], -1, 1),
            "p": tf.random.uniform([4, k, 2], -0.7, 0.7),
        }

    def test_the_loss_is_the_mean_square_over_heatmaps(self):
        heatmaps = self.model.hourglass(self.batch["x"], training=True)
        target = gaussian_heatmaps.draw(self.batch["p"], tiny_runs.SIZE // 4)
        logs = self.model.train_step(self.batch)
        self.assertAllClose(
            logs["heatmaps"], np.mean((heatmaps - target) ** 2), rtol=1e-4
        )

    def test_it_learns_labels_by_heart(self):
        self.model.compile()
        frames = tf.data.Dataset.from_tensors(self.batch).repeat(120)
        self.model.fit(frames, verbose=0)
        heatmaps = self.model.hourglass(self.batch["x"], training=True)
        p, _ = gaussian_heatmaps.read(heatmaps)
        pixels = (p - self.batch["p"]) * (tiny_runs.SIZE - 1) / 2
        # A cell has four: of a cell that is right the farthest corner is 2.
        self.assertLess(np.mean(abs(pixels)), 1.5)
        self.assertEqual(self.model.step, 120)

    def test_a_checkpoint_holds_what_detectors_are_loaded_from(self):
        self.assertEqual(
            list(self.model.checkpointed),
            ["hourglass", "detector_optimizer", "mean_heatmaps"],
        )


if __name__ == "__main__":
    tf.test.main()
