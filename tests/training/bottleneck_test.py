import tensorflow as tf

from tf_landmarks.training import bottleneck
from tf_landmarks.training import objectives

_Y_STAR = tf.constant([[[[0.25]]], [[[0.75]]]])


def _judge(y, training):
    assert training
    return [2.0 * y]


def _judged(update, **weights):
    return bottleneck.y_star_judged(
        objectives.Objective(**weights), _judge, tf.constant(update), _Y_STAR
    )


class BottleneckTest(tf.test.TestCase):
    def test_y_star_is_a_fake_that_should_pass(self):
        terms = _judged(0, adversarial_y_star_weight=1.0)
        # Realness is 0.5 and 1.5.
        self.assertAllClose(terms["adversarial_y_star"], (0.25 + 0.25) / 2)
        self.assertAllClose(terms["discriminator_y_star"], (0.25 + 2.25) / 2)

    def test_before_its_time_or_without_a_weight_it_is_not_judged(self):
        unseen = {"adversarial_y_star": 0.0, "discriminator_y_star": 0.0}
        asked = {"adversarial_y_star_weight": 1.0, "adversarial_y_star_from": 3}
        self.assertAllClose(_judged(2, **asked), unseen)
        self.assertGreater(_judged(3, **asked)["adversarial_y_star"], 0.0)
        self.assertAllClose(_judged(9), unseen)

    def test_consistency_draws_y_to_y_star_and_not_y_star_to_y(self):
        y, y_star = tf.Variable([[0.5, 1.0]]), tf.Variable([[0.0, 1.0]])
        with tf.GradientTape() as tape:
            (loss,) = bottleneck.consistency(y, y_star).values()
        # In [-1, 1]: 0 and -1, 1 and 1.
        self.assertAllClose(loss, 1 / 2)
        of_y, of_y_star = tape.gradient(loss, [y, y_star])
        self.assertGreater(of_y[0, 0], 0.0)
        self.assertIsNone(of_y_star)

    def test_what_has_no_weight_is_not_logged(self):
        weights = objectives.Objective()
        self.assertEqual(bottleneck.logged(weights), ("consistency",))
        weights = objectives.Objective(adversarial_y_star_weight=1.0)
        self.assertIn("discriminator_y_star", bottleneck.logged(weights))


if __name__ == "__main__":
    tf.test.main()
