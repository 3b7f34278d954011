import contextlib
import io
import pathlib

import tensorflow as tf

from tests.training import summaries
from tests.training import tiny_networks
from tf_landmarks.training import progress


class ProgressTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.get_temp_dir())
        self.stage = tiny_networks.Stage()
        # Neither losses nor their mean depend on the weight.
        self.stage.players["dense"].optimizer.learning_rate = 0.0

    def _train(self, batches, last_step, every=2):
        writer = tf.summary.create_file_writer(str(self.folder))
        callback = progress.Progress(writer, last_step, every)
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            self.stage.train(batches, [callback])
        return shown.getvalue()

    def test_a_logged_loss_is_the_mean_since_the_last(self):
        self._train([1.0, 9.0, 16.0, 4.0, 25.0], last_step=5)
        logged = summaries.scalars(self.folder)
        self.assertAllClose(
            logged["train/root"], {2: 2.0, 4: 3.0, 5: 5.0}, atol=1e-5
        )

    def test_a_mean_goes_on_where_a_stop_has_cut_it(self):
        self._train([1.0], last_step=4)
        self._train([9.0, 16.0, 4.0], last_step=4)
        logged = summaries.scalars(self.folder)
        self.assertAllClose(logged["train/root"], {2: 2.0, 4: 3.0}, atol=1e-5)

    def test_rates_are_logged_beside_the_losses(self):
        self._train([1.0] * 4, last_step=4)
        logged = summaries.scalars(self.folder)
        self.assertCountEqual(
            logged,
            ["train/root", "train/steps/s", "learning_rate/dense"],
        )
        self.assertAllEqual(list(logged["learning_rate/dense"]), [2, 4])
        self.assertAllGreater(list(logged["train/steps/s"].values()), 0)

    def test_what_is_logged_is_on_disk_at_once(self):
        """A run that is killed loses nothing of its curves."""
        writer = tf.summary.create_file_writer(
            str(self.folder), flush_millis=10**9
        )
        self.stage.train([1.0] * 2, [progress.Progress(writer, 9, every=2)])
        self.assertIn("train/root", summaries.scalars(self.folder))

    def test_the_bar_shows_what_is_left_of_the_stage(self):
        self._train([1.0] * 3, last_step=7)
        shown = self._train([1.0] * 4, last_step=7)
        self.assertIn("4/4 [====================]", shown)
        self.assertRegex(shown, r"root: 1\.0000 - steps/s: \d+")


if __name__ == "__main__":
    tf.test.main()
