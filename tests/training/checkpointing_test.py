import os
import pathlib
import signal

import numpy as np
import tensorflow as tf
from tensorflow import keras

from tests.training import tiny_networks
from tf_landmarks import errors
from tf_landmarks import workdirs
from tf_landmarks.training import checkpointing


class _SignalAt(keras.callbacks.Callback):
    """Sends this process a signal in the middle of an update."""

    def __init__(self, step, number):
        super().__init__()
        self._step, self._number = step, number

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.step + 1 == self._step:
            os.kill(os.getpid(), self._number)


class CheckpointingTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.get_temp_dir())
        self.stage = tiny_networks.Stage()

    def _callback(self, last_step, every=3, keep=9):
        return checkpointing.Checkpointing(
            self.stage.checkpointed, self.folder, last_step, every, keep
        )

    def test_it_saves_every_so_many_updates_and_at_the_end(self):
        self.stage.train([1.0] * 8, [self._callback(8)])
        self.assertEqual(workdirs.steps(self.folder), [3, 6, 8])

    def test_it_keeps_the_newest(self):
        self.stage.train([1.0] * 8, [self._callback(8, keep=2)])
        self.assertEqual(workdirs.steps(self.folder), [6, 8])

    def test_a_checkpoint_holds_the_weights_after_its_update(self):
        self.stage.train([1.0] * 3, [self._callback(9)])
        weight = self.stage.dense.kernel.numpy()
        self.stage.train([1.0], [])
        restored = tiny_networks.Stage()
        workdirs.restore(restored.checkpointed, self.folder)
        self.assertAllEqual(restored.dense.kernel, weight)
        self.assertEqual(restored.step, 3)

    def test_a_loss_that_is_not_finite_stops_and_is_not_saved(self):
        batches = [1.0] * 3 + [np.nan] + [1.0] * 5
        with self.assertRaisesRegex(
            errors.UserError,
            r"the loss 'root' is nan at update 4; .* step-3 in .*; lower "
            "--learning_rate",
        ):
            self.stage.train(batches, [self._callback(9, every=1)])
        self.assertEqual(workdirs.steps(self.folder), [1, 2, 3])

    def test_weights_that_are_not_finite_are_not_saved(self):
        # The root of 0 is 0, its gradient is not a number.
        with self.assertRaisesRegex(
            errors.UserError, "kernel.* is not finite at update 2; .* is none"
        ):
            self.stage.train([1.0, 0.0], [self._callback(9, every=2)])
        self.assertEmpty(workdirs.steps(self.folder))

    def test_a_signal_lets_the_update_end_and_saves_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                self.stage = tiny_networks.Stage()
                callback = self._callback(9, every=9)
                self.stage.train([1.0] * 9, [callback, _SignalAt(2, number)])
                self.assertEqual(callback.stopped_by, number.name)
                self.assertEqual(self.stage.step, 2)
                self.assertEqual(workdirs.steps(self.folder), [2])

    def test_signals_are_given_back(self):
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = [signal.getsignal(number) for number in numbers]

        def handlers():
            return [signal.getsignal(number) for number in numbers]

        self.stage.train([1.0] * 2, [self._callback(2)])
        self.assertEqual(handlers(), before)
        self.stage.train(
            [1.0] * 2, [self._callback(4), _SignalAt(3, signal.SIGTERM)]
        )
        self.assertEqual(handlers(), before)
        with self.assertRaises(errors.UserError):
            self.stage.train([np.nan], [self._callback(9)])
        self.assertEqual(handlers(), before)


if __name__ == "__main__":
    tf.test.main()
