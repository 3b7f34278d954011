import tensorflow as tf
from tensorflow import keras

from tf_landmarks.training import optimizers
from tf_landmarks.training import plateau


class _Stage(keras.Model):
    """Stands at an update."""

    step = 0


class ReduceOnceTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        self.stage = _Stage()
        self.optimizer = optimizers.adam(0.1)

    def _callback(self, patience=3):
        callback = plateau.ReduceOnce(self.optimizer, "points", 10, patience)
        callback.set_model(self.stage)
        return callback

    def _intervals(self, callback, losses):
        """Ends an interval of 10 updates with each loss; the rates after."""
        rates = []
        for loss in losses:
            for _ in range(10):
                self.stage.step += 1
                # Within an interval the mean is not worth a look.
                done = self.stage.step % 10 == 0
                logs = {"points": loss if done else 0.0}
                callback.on_train_batch_end(self.stage.step - 1, logs)
            rates.append(round(float(self.optimizer.learning_rate), 6))
        return rates

    def test_the_rate_falls_to_a_tenth_after_patience(self):
        rates = self._intervals(self._callback(), [5.0, 4.0, 4.0, 4.1, 4.0])
        self.assertEqual(rates, [0.1, 0.1, 0.1, 0.1, 0.01])

    def test_more_than_two_percent_are_progress(self):
        losses = [0.979**i for i in range(9)]
        rates = self._intervals(self._callback(patience=1), losses)
        self.assertEqual(rates, [0.1] * 9)

    def test_less_than_two_percent_are_none(self):
        rates = self._intervals(self._callback(patience=1), [4.0, 0.981 * 4.0])
        self.assertEqual(rates, [0.1, 0.01])

    def test_progress_starts_the_wait_again(self):
        losses = [4.0, 4.0, 4.0, 3.0, 3.0, 3.0, 3.0]
        rates = self._intervals(self._callback(), losses)
        self.assertEqual(rates, [0.1] * 6 + [0.01])

    def test_the_rate_falls_only_once(self):
        rates = self._intervals(self._callback(), [4.0] * 12)
        self.assertEqual(rates[-1], 0.01)

    def test_a_checkpoint_goes_on_with_the_wait(self):
        before = self._callback()
        self._intervals(before, [4.0, 4.0, 4.0])
        path = tf.train.Checkpoint(plateau=before.state).write(
            self.get_temp_dir() + "/plateau"
        )
        after = self._callback()
        tf.train.Checkpoint(plateau=after.state).read(path).assert_consumed()
        self.assertEqual(self._intervals(after, [4.0]), [0.01])

    def test_a_checkpoint_remembers_that_the_rate_has_fallen(self):
        before = self._callback()
        self._intervals(before, [4.0] * 4)
        path = tf.train.Checkpoint(
            plateau=before.state, optimizer=self.optimizer
        ).write(self.get_temp_dir() + "/plateau")
        self.optimizer = optimizers.adam(0.1)
        after = self._callback()
        tf.train.Checkpoint(plateau=after.state, optimizer=self.optimizer).read(
            path
        ).assert_existing_objects_matched()
        self.assertEqual(self._intervals(after, [4.0] * 5), [0.01] * 5)


if __name__ == "__main__":
    tf.test.main()
