import numpy as np
import tensorflow as tf

from tests.training import table_5
from tests.training import tiny_networks
from tf_landmarks.training import bottleneck_cycle_gan

_KIND = bottleneck_cycle_gan.BottleneckCycleGAN


class BottleneckCycleGANTest(tf.test.TestCase):
    def test_a_first_step_logs_what_the_terms_names_say(self):
        model = tiny_networks.make_gan(kind=_KIND)
        batch = tiny_networks.make_batch()
        x, x_prime = batch["x"], batch["x_prime"]
        y = model.phi(x, training=True)
        y_star = model.beta(model.eta(y))
        y_bar = model.beta(batch["p_bar"])
        painted = model.psi((y_bar, x_prime), training=True)
        images = {
            "y": y,
            "x_hat": model.psi((y_star, x_prime), training=True),
            "painted": painted,
            "real": tf.concat([x, x_prime], -1),
            "fake": tf.concat([painted, x_prime], -1),
        }
        table_5.check_first_step(self, model, batch, images)

    def test_without_the_second_cycle_it_is_our_model(self):
        """The same weights of Φ, Ψ, η and D_y after two updates."""
        arch = tiny_networks.make_quick_architecture()
        recipe = {
            "consistency_weight": 3.0,
            "adversarial_y_star_weight": 2.0,
            "pool_size": 4,
        }
        ours = tiny_networks.make_gan(arch, **recipe)
        other = tiny_networks.make_gan(
            arch,
            _KIND,
            second_cycle_weight=0.0,
            adversarial_x_weight=0.0,
            **recipe,
        )
        for seed in (0, 1):
            batch = tiny_networks.make_batch(seed)
            ours.train_step(batch)
            other.train_step(batch)
        for symbol in ("phi", "psi", "eta", "d_y"):
            for a, b in zip(
                getattr(ours, symbol).get_weights(),
                getattr(other, symbol).get_weights(),
                strict=True,
            ):
                np.testing.assert_allclose(a, b, atol=1e-5, err_msg=symbol)


if __name__ == "__main__":
    tf.test.main()
