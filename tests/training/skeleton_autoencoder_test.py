import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks import skeletons
from tf_landmarks.models import architecture
from tf_landmarks.training import skeleton_autoencoder

_ARCH = architecture.Architecture(
    skeletons.Skeleton("stick", ("a", "b"), ((0, 1),)), 32, 4
)


class SkeletonAutoencoderTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.model = skeleton_autoencoder.SkeletonAutoencoder(_ARCH, 2e-3)
        self.p_bar = tf.random.uniform([8, 2, 2], -0.8, 0.8)

    def test_the_loss_is_the_mean_square_over_coordinates(self):
        p = self.model.eta(self.model.beta(self.p_bar), training=True)
        logs = self.model.train_step(self.p_bar)
        self.assertAllClose(
            logs["points"], np.mean((p - self.p_bar) ** 2), rtol=1e-5
        )

    def test_eta_learns_to_undo_beta(self):
        self.model.compile()
        poses = tf.data.Dataset.from_tensors(self.p_bar).repeat(120)
        history = self.model.fit(poses, epochs=1, verbose=0)
        before = history.history["points"][0]
        after = self.model.fit(poses.take(5), verbose=0).history["points"][0]
        self.assertLess(after, 0.5 * before)
        self.assertEqual(self.model.step, 125)

    def test_every_weight_of_eta_is_trained(self):
        before = self.model.eta.get_weights()
        self.model.train_step(self.p_bar)
        for old, new in zip(before, self.model.eta.weights, strict=True):
            self.assertGreater(tf.reduce_max(abs(old - new)), 0, new.name)

    def test_a_checkpoint_holds_eta_its_optimizer_and_the_loss(self):
        self.assertEqual(
            list(self.model.checkpointed),
            ["eta", "eta_optimizer", "mean_points"],
        )


if __name__ == "__main__":
    tf.test.main()
