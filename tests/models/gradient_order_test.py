import tensorflow as tf

from tf_landmarks.models import gradient_order


class UsesTest(tf.test.TestCase):
    def test_gradients_of_all_uses_are_added(self):
        x = tf.constant([1.0, 2.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            a, b, c = gradient_order.uses(x, 3)
            loss = tf.reduce_sum(a**2 + 3.0 * b) + 10.0 * c[1]
        self.assertAllEqual(c, x)
        self.assertAllEqual(tape.gradient(loss, x), [2 + 3, 4 + 3 + 10])

    def test_a_use_without_a_gradient_adds_nothing(self):
        x = tf.constant(1.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            a, _ = gradient_order.uses(x, 2)
            loss = 5.0 * a
        self.assertAllEqual(tape.gradient(loss, x), 5.0)
