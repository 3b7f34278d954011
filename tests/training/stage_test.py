import tensorflow as tf

from tests.training import tiny_networks


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
        losses = ["perceptual", "reconstruction", "adversarial"]
        losses += ["discriminator", "consistency", "eta_points", "eta_image"]
        state = ["pool", "perceptual_scale"]
        self.assertCountEqual(
            checkpointed,
            [*networks, *state, *players, *(f"mean_{n}" for n in losses)],
        )


if __name__ == "__main__":
    tf.test.main()
