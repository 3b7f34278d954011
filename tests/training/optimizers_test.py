import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks.training import optimizers


def _linear(weights):
    """A network whose output is its input times `weights`."""
    network = keras.Sequential([keras.layers.Dense(1, use_bias=False)])
    network.build([None, len(weights)])
    network.set_weights([np.float32(weights)[:, None]])
    return network


class LinearDecayTest(tf.test.TestCase):
    def _rates(self, last_step, share, steps):
        rate = optimizers.LinearDecay(0.1, last_step, share)
        return [float(rate(tf.constant(step, tf.int64))) for step in steps]

    def test_the_rate_falls_to_zero_over_the_last_updates(self):
        rates = self._rates(100, 0.2, [0, 79, 80, 85, 90, 99, 100])
        self.assertAllClose(rates, [0.1, 0.1, 0.1, 0.075, 0.05, 0.005, 0.0])

    def test_no_share_keeps_the_rate_to_the_last_update(self):
        # The update that makes a count of 100 starts from 99.
        self.assertAllClose(self._rates(100, 0.0, [0, 50, 99]), [0.1] * 3)

    def test_adam_follows_it(self):
        player = optimizers.Player(
            [_linear([0.0])],
            optimizers.adam(optimizers.LinearDecay(0.1, 4, 0.5)),
        )
        weights = [0.0]
        for _ in range(4):
            with tf.GradientTape() as tape:
                objective = tf.reduce_sum(player.variables[0])
            player.step(tape, objective)
            weights.append(float(player.variables[0][0, 0]))
        # Of equal gradients each step is the rate.
        self.assertAllClose(
            np.diff(weights), [-0.1, -0.1, -0.1, -0.05], atol=1e-5
        )


class PlayerTest(tf.test.TestCase):
    def test_a_step_is_adams_with_gradients_clipped_to_a_norm_of_one(self):
        first, second = _linear([1.0]), _linear([2.0, 3.0])
        player = optimizers.Player([first, second], optimizers.adam(0.1))
        gradients = [np.array([[30.0]]), np.array([[0.0], [40.0]])]
        m = v = 0
        expected = [w.numpy() for w in player.variables]
        for step in (1, 2):
            with tf.GradientTape(persistent=True) as tape:
                objective = tf.add_n(
                    [
                        tf.reduce_sum(w * np.float32(g))
                        for w, g in zip(
                            player.variables, gradients, strict=True
                        )
                    ]
                )
            player.step(tape, objective)
            flat = np.array([30.0, 0.0, 40.0]) / 50  # one norm for both
            m = 0.5 * m + 0.5 * flat
            v = 0.999 * v + 0.001 * flat**2
            moved = (m / (1 - 0.5**step)) / (
                np.sqrt(v / (1 - 0.999**step)) + 1e-8
            )
            expected[0] = expected[0] - 0.1 * moved[:1, None]
            expected[1] = expected[1] - 0.1 * moved[1:, None]
        self.assertAllClose(player.variables[0], expected[0], atol=1e-5)
        self.assertAllClose(player.variables[1], expected[1], atol=1e-5)
        self.assertEqual(player.optimizer.iterations, 2)

    def test_small_gradients_are_not_scaled_up(self):
        player = optimizers.Player([_linear([0.0])], optimizers.adam(0.1))
        for gradient in (0.3, 0.6):
            with tf.GradientTape() as tape:
                objective = gradient * tf.reduce_sum(player.variables[0])
            player.step(tape, objective)
        # Adam's moments of 0.3 and 0.6; of equal gradients each step is 0.1.
        m = (0.5 * 0.5 * 0.3 + 0.5 * 0.6) / (1 - 0.5**2)
        v = (0.999 * 0.3**2 + 0.6**2) * 0.001 / (1 - 0.999**2)
        self.assertAllClose(
            player.variables[0], [[-0.1 - 0.1 * m / np.sqrt(v)]], atol=1e-5
        )

    def test_the_optimizer_has_its_variables_before_the_first_step(self):
        player = optimizers.Player([_linear([1.0, 2.0])], optimizers.adam())
        shapes = [v.shape for v in player.optimizer.variables]
        self.assertEqual(sum(shape == [2, 1] for shape in shapes), 2)


if __name__ == "__main__":
    tf.test.main()
