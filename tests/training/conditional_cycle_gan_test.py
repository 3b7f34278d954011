import tensorflow as tf

from tests.training import table_5
from tests.training import tiny_networks
from tf_landmarks.training import conditional_cycle_gan


class ConditionalCycleGANTest(tf.test.TestCase):
    def test_a_first_step_logs_what_the_terms_names_say(self):
        model = tiny_networks.make_gan(
            kind=conditional_cycle_gan.ConditionalCycleGAN
        )
        batch = tiny_networks.make_batch()
        x, x_prime = batch["x"], batch["x_prime"]
        y = model.phi(x, training=True)
        y_bar = model.beta(batch["p_bar"])
        painted = model.psi((y_bar, x_prime), training=True)
        images = {
            "y": y,
            "x_hat": model.psi((y, x_prime), training=True),
            "painted": painted,
            "real": tf.concat([x, x_prime], -1),
            "fake": tf.concat([painted, x_prime], -1),
        }
        table_5.check_first_step(self, model, batch, images)


if __name__ == "__main__":
    tf.test.main()
