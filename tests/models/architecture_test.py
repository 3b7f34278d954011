import dataclasses
import json

import tensorflow as tf
from absl.testing import parameterized

from tf_landmarks import skeletons
from tf_landmarks.models import architecture
from tf_landmarks.models import concatenating_encoder
from tf_landmarks.models import masking_generator
from tf_landmarks.models import precision

_STICK = skeletons.Skeleton("stick", ("a", "b"), ((0, 1),))


def _with(arch, **choices):
    return dataclasses.replace(arch, **choices)


class ArchitectureTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.parameters(
        architecture.Architecture(_STICK),
        architecture.Architecture(
            skeletons.IBUG_68,
            64,
            16,
            12,
            "points",
            700.0,
            True,
            False,
            False,
            False,
            True,
            True,
            True,
        ),
    )
    def test_it_survives_json(self, arch):
        text = json.dumps(arch.to_json())
        self.assertEqual(architecture.from_json(json.loads(text)), arch)

    def test_networks_have_the_size_and_width_asked_for(self):
        arch = architecture.Architecture(_STICK, image_size=32, width=2)
        x = tf.zeros([1, 32, 32, 3])
        y = arch.phi()(x)
        self.assertEqual(y.shape, [1, 32, 32, 1])
        p = arch.eta()(y)
        self.assertEqual(p.shape, [1, 2, 2])
        y_star = arch.beta()(p)
        self.assertEqual(y_star.shape, [1, 32, 32, 1])
        self.assertEqual(arch.psi()((y_star, x)).shape, [1, 32, 32, 3])
        d_y = arch.d_y()
        self.assertEqual(d_y(y)[0].shape, [1, 2, 2, 1])
        self.assertEqual(d_y.trainable_variables[0].shape, [4, 4, 1, 4])

    def test_d_y_may_have_a_width_of_its_own(self):
        arch = architecture.Architecture(_STICK, 32, width=2, d_y_width=3)
        d_y = arch.d_y()
        d_y(tf.zeros([1, 32, 32, 1]))
        self.assertEqual(d_y.trainable_variables[0].shape, [4, 4, 1, 3])

    def test_d_x_is_as_wide_as_d_y(self):
        arch = architecture.Architecture(_STICK, 32, width=2)
        for of, width in ((arch, 4), (_with(arch, d_y_width=3), 3)):
            d_x = of.d_x(conditional=True)
            d_x(tf.zeros([1, 32, 32, 6]))
            self.assertEqual(d_x.trainable_variables[0].shape[-1], width)

    def test_networks_of_the_comparison_have_the_width_asked_for(self):
        arch = architecture.Architecture(_STICK, 32, width=2)
        y = tf.zeros([1, 32, 32, 1])
        psi = arch.unconditional_psi()
        self.assertEqual(psi(y).shape, [1, 32, 32, 3])
        self.assertEqual(psi.encoder.to_code.filters, 16)
        hourglass = arch.hourglass()
        heatmaps = hourglass(tf.zeros([1, 32, 32, 3]))
        self.assertEqual(heatmaps.shape, [1, 8, 8, 2])
        self.assertEqual(hourglass.head.layers[1].filters, 16)

    def test_the_variant_for_3dhp_has_its_own_phi_and_psi(self):
        arch = architecture.Architecture(
            _STICK, 32, width=2, concatenate_skips=True, mask_by_limbs=True
        )
        self.assertIsInstance(
            arch.phi(), concatenating_encoder.ConcatenatingEncoder
        )
        self.assertIsInstance(arch.psi(), masking_generator.MaskingGenerator)

    def test_eta_is_float32_under_mixed_precision_and_phi_is_not(self):
        arch = architecture.Architecture(_STICK, image_size=32, width=2)
        with precision.policy("mixed_bfloat16"):
            eta, phi = arch.eta(), arch.phi()
        eta(phi(tf.zeros([1, 32, 32, 3])))

        def computed_in(network):
            layers = network.encoder.blocks[0].layers
            return {layer.compute_dtype for layer in layers}

        self.assertEqual(computed_in(eta), {"float32"})
        self.assertEqual(computed_in(phi), {"bfloat16"})
        with precision.policy("float16"):
            self.assertEqual(computed_in(arch.eta()), {"float16"})

    def test_sides_have_a_channel_each_all_the_way(self):
        skeleton = skeletons.Skeleton(
            "T", ("neck", "left_hand", "right_hand"), ((0, 1), (0, 2))
        )
        arch = architecture.Architecture(skeleton, 32, width=2, draw="sides")
        self.assertEqual(arch.skeleton_shape, (32, 32, 2))
        x = tf.zeros([1, 32, 32, 3])
        y = arch.phi()(x)
        self.assertEqual(y.shape, [1, 32, 32, 2])
        y_star = arch.beta()(arch.eta()(y))
        self.assertEqual(y_star.shape, [1, 32, 32, 2])
        self.assertEqual(arch.psi()((y_star, x)).shape, [1, 32, 32, 3])
        self.assertEqual(arch.d_y()(y)[0].shape, [1, 2, 2, 1])

    def test_every_choice_reaches_a_network(self):
        arch = architecture.Architecture(_STICK, image_size=32, width=2)
        changes = {
            "draw": "points",
            "gamma": 3.0,
            "literal_renderer": True,
        }
        p = tf.constant([[[-0.5, 0.1], [0.4, 0.3]]])
        y = arch.beta()(p)
        for name, value in changes.items():
            other = dataclasses.replace(arch, **{name: value})
            with self.subTest(name):
                self.assertGreater(tf.reduce_max(abs(other.beta()(p) - y)), 0.1)

        def count(network, inputs):
            network(inputs)
            return len(network.variables)

        x = tf.zeros([1, 32, 32, 3])
        other = dataclasses.replace(
            arch, skip_connections=False, eta_instance_norm=False
        )
        self.assertEqual(count(arch.phi(), x) - count(other.phi(), x), 6)
        # Two affine and two moving variables for a bias, in 8 layers; the
        # code has none.
        self.assertEqual(count(other.eta(), y) - count(arch.eta(), y), 23)


if __name__ == "__main__":
    tf.test.main()
