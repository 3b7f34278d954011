"""Of every stage: no sum of gradients is left to the threads."""

import tensorflow as tf
from absl.testing import parameterized

from tests import tiny_runs
from tests.training import tiny_networks
from tf_landmarks.training import bottleneck_cycle_gan
from tf_landmarks.training import conditional_cycle_gan
from tf_landmarks.training import cycle_gan
from tf_landmarks.training import landmark_gan
from tf_landmarks.training import skeleton_autoencoder
from tf_landmarks.training import supervised_detector
from tf_landmarks.training import supervised_hourglass


def _unordered_sums(step, batch) -> list[str]:
    """AddN of three or more, one of which something else needs as well.

    Where nothing else does, AddN always finds its first in its own hands.
    """
    graph = tf.function(step).get_concrete_function(batch).graph
    return [
        op.name
        for op in graph.get_operations()
        if op.type == "AddN"
        and len(op.inputs) > 2
        and any(len(i.consumers()) > 1 for i in op.inputs)
    ]


class GradientOrderTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.parameters(
        landmark_gan.LandmarkGAN,
        bottleneck_cycle_gan.BottleneckCycleGAN,
        conditional_cycle_gan.ConditionalCycleGAN,
        cycle_gan.CycleGAN,
    )
    def test_of_a_gan(self, kind):
        model = tiny_networks.make_gan(
            tiny_networks.make_quick_architecture(),
            kind,
            pool_size=4,
            consistency_weight=1.0,
            adversarial_y_star_weight=1.0,
        )
        batch = tiny_networks.make_batch()
        self.assertEmpty(_unordered_sums(model.train_step, batch))

    @parameterized.parameters(
        supervised_detector.SupervisedDetector,
        supervised_hourglass.SupervisedHourglass,
    )
    def test_of_training_with_labels(self, kind):
        model = kind(tiny_runs.architecture_of())
        batch = tiny_networks.make_batch()
        batch = {"x": batch["x"], "p": batch["p_bar"]}
        self.assertEmpty(_unordered_sums(model.train_step, batch))

    def test_of_stage_1(self):
        model = skeleton_autoencoder.SkeletonAutoencoder(
            tiny_runs.architecture_of()
        )
        p_bar = tiny_networks.make_batch()["p_bar"]
        self.assertEmpty(_unordered_sums(model.train_step, p_bar))


if __name__ == "__main__":
    tf.test.main()
