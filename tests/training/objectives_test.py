import dataclasses

import tensorflow as tf

from tf_landmarks.training import objectives


class ObjectivesTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        self.weights = dataclasses.replace(
            objectives.Objective(),
            perceptual_weight=2.0,
            adversarial_weight=3.0,
            adversarial_y_star_weight=5.0,
            consistency_weight=7.0,
            second_cycle_weight=11.0,
            adversarial_x_weight=13.0,
            eta_points_weight=17.0,
            eta_image_weight=19.0,
        )

    def test_each_term_has_its_own_weight(self):
        for function, expected in (
            (objectives.of_first_cycle, {"perceptual": 2, "adversarial": 3}),
            (
                objectives.of_y_star,
                {"adversarial_y_star": 5, "consistency": 7},
            ),
            (
                objectives.of_second_cycle,
                {"second_cycle": 11, "adversarial_x": 13},
            ),
            (objectives.of_eta, {"eta_points": 17, "eta_image": 19}),
        ):
            for name, weight in expected.items():
                terms = dict.fromkeys(expected, 0.0) | {name: 0.5}
                self.assertAllClose(function(self.weights, terms), weight / 2)

    def test_the_second_cycle_is_weighed_like_the_first(self):
        weights = objectives.Objective()
        self.assertEqual(weights.second_cycle_weight, weights.perceptual_weight)
        self.assertEqual(
            weights.adversarial_x_weight, weights.adversarial_weight
        )


if __name__ == "__main__":
    tf.test.main()
