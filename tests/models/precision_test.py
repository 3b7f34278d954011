from unittest import mock

import cpuinfo
import tensorflow as tf
from absl.testing import parameterized
from tensorflow import keras

from tf_landmarks.models import precision


class PrecisionTest(tf.test.TestCase, parameterized.TestCase):
    def test_a_policy_ends_with_its_block_even_by_an_error(self):
        with self.assertRaises(ZeroDivisionError):
            with precision.policy("mixed_bfloat16"):
                inside = keras.layers.ReLU().compute_dtype
                raise ZeroDivisionError
        self.assertEqual(inside, "bfloat16")
        self.assertEqual(keras.layers.ReLU().compute_dtype, "float32")

    def test_weights_keep_their_type_where_arithmetic_is_mixed(self):
        with precision.policy("mixed_bfloat16"):
            self.assertEqual(precision.of_weights(), "float32")
        with precision.policy("bfloat16"):
            self.assertEqual(precision.of_weights(), "bfloat16")

    @parameterized.parameters(
        (["avx512f", "avx512_bf16"], True),
        (["avx512f", "amx_bf16", "amx_int8"], True),
        (["asimd", "bf16"], True),
        (["avx512f", "avx512_vnni"], False),
    )
    def test_bfloat16_of_a_processor_is_told_by_its_flags(self, flags, has):
        with (
            mock.patch.object(
                tf.config, "list_physical_devices", return_value=[]
            ),
            mock.patch.object(
                cpuinfo, "get_cpu_info", return_value={"flags": flags}
            ),
        ):
            self.assertEqual(precision.has_bfloat16(), has)

    @parameterized.parameters(
        ([(8, 0)], True),
        ([(9, 0), (8, 6)], True),
        ([(8, 0), (7, 5)], False),
        ([None], False),
    )
    def test_bfloat16_of_gpus_is_told_by_the_oldest(self, capabilities, has):
        details = [{"compute_capability": c} if c else {} for c in capabilities]
        with (
            mock.patch.object(
                tf.config, "list_physical_devices", return_value=details
            ),
            mock.patch.object(
                tf.config.experimental, "get_device_details", lambda gpu: gpu
            ),
        ):
            self.assertEqual(precision.has_bfloat16(), has)


if __name__ == "__main__":
    tf.test.main()
