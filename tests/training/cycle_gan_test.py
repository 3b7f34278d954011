import tensorflow as tf

from tests.training import table_5
from tests.training import tiny_networks
from tf_landmarks.training import cycle_gan


class CycleGANTest(tf.test.TestCase):
    def test_a_first_step_logs_what_the_terms_names_say(self):
        model = tiny_networks.make_gan(kind=cycle_gan.CycleGAN)
        batch = tiny_networks.make_batch()
        y = model.phi(batch["x"], training=True)
        psi = model.unconditional_psi
        painted = psi(model.beta(batch["p_bar"]), training=True)
        images = {
            "y": y,
            "x_hat": psi(y, training=True),
            "painted": painted,
            "real": batch["x"],
            "fake": painted,
        }
        table_5.check_first_step(self, model, batch, images)

    def test_its_psi_is_not_kept_as_one_that_takes_an_x_prime(self):
        model = tiny_networks.make_gan(
            tiny_networks.make_quick_architecture(), cycle_gan.CycleGAN
        )
        kept = model.checkpointed
        self.assertNotIn("psi", kept)
        self.assertContainsSubset(
            ["unconditional_psi", "d_x", "pool_x", "d_x_optimizer"], kept
        )


if __name__ == "__main__":
    tf.test.main()
