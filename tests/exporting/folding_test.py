import dataclasses

import tensorflow as tf
from absl.testing import parameterized

from tests import tiny_runs
from tf_landmarks.exporting import folding

_SIZE = tiny_runs.SIZE


def _randomize(model):
    """Weights, and statistics of batch norm, as if after a training."""
    for i, variable in enumerate(model.variables):
        low = -0.5 if "kernel" in variable.name else 0.2
        value = tf.random.stateless_uniform(variable.shape, (0, i), low, 0.9)
        variable.assign(value)


class FoldingTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.parameters(
        ("phi", {}),
        ("phi", {"skip_connections": False}),
        ("phi", {"concatenate_skips": True}),
        ("psi", {}),
        ("psi", {"mask_by_limbs": True}),
        ("eta", {}),
        ("eta", {"eta_instance_norm": False}),
    )
    def test_the_folded_network_computes_the_same(self, symbol, choices):
        arch = dataclasses.replace(tiny_runs.architecture_of(), **choices)
        x = tf.random.stateless_uniform([2, _SIZE, _SIZE, 3], (1, 0), -1, 1)
        y = tf.random.stateless_uniform([2, _SIZE, _SIZE, 1], (1, 1))
        inputs = {"phi": x, "psi": (y, x), "eta": y}[symbol]
        trained = getattr(arch, symbol)()
        target = getattr(arch, symbol)(folded=True)
        trained(inputs)
        target(inputs)
        _randomize(trained)
        expected = trained(inputs, training=False)
        self.assertNotAllClose(target(inputs), expected, rtol=0.01)
        folding.fold(trained, target)
        self.assertAllClose(target(inputs), expected, rtol=1e-4, atol=1e-4)
        names = " ".join(variable.name for variable in target.variables)
        self.assertNotIn("moving_mean", names)


if __name__ == "__main__":
    tf.test.main()
