import tensorflow as tf

from tests.training import tiny_networks
from tf_landmarks.training import landmark_gan


class StageTest(tf.test.TestCase):
    def test_it_counts_its_updates_and_averages_its_losses(self):
        stage = tiny_networks.Stage()
        self.assertEqual(stage.step, 0)
        first = stage.train_step(tf.constant([[1.0]]))
        second = stage.train_step(tf.constant([[4.0]]))
        self.assertEqual(stage.step, 2)
        self.assertAllClose(first["root"], 1.0)
        self.assertAllClose(second["root"], 1.5, rtol=1e-3)

    def test_a_checkpoint_holds_networks_optimizers_and_the_losses_so_far(self):
        checkpointed = tiny_networks.make_gan().checkpointed
        networks = ["phi", "psi", "eta", "d_y"]
        players = ["generator_optimizer", "d_y_optimizer", "eta_optimizer"]
        losses = [f"mean_{loss}" for loss in landmark_gan._LOSSES]
        state = ["pool", "perceptual_scale"]
        self.assertEqual(
            list(checkpointed), [*networks, *state, *players, *losses]
        )


if __name__ == "__main__":
    tf.test.main()
