import tensorflow as tf
from tensorflow import keras

from tf_landmarks.models import precision


class PrecisionTest(tf.test.TestCase):
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


if __name__ == "__main__":
    tf.test.main()
