import pathlib

import numpy as np
import tensorflow as tf

from tests.training import summaries
from tests.training import tiny_networks
from tf_landmarks import workdirs
from tf_landmarks.models import landmark_detector
from tf_landmarks.models import repainter
from tf_landmarks.training import image_summaries

_SIZE = tiny_networks.SIZE


class ImageSummariesTest(tf.test.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        arch = tiny_networks.make_quick_architecture()
        cls.model = tiny_networks.make_gan(arch)
        cls.networks = repainter.Repainter(
            landmark_detector.LandmarkDetector(
                arch, cls.model.phi, cls.model.eta
            ),
            cls.model.beta,
            cls.model.checkpointed,
            has_bottleneck=True,
        )
        batch = tiny_networks.make_batch(count=2)
        cls.pairs = {name: batch[name] for name in ("x", "x_prime")}

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.get_temp_dir())

    def _callback(self, held_out_errors=None):
        callback = image_summaries.ImageSummaries(
            tf.summary.create_file_writer(str(self.folder)),
            self.networks,
            self.pairs,
            held_out_errors,
            every=4,
        )
        callback.keep_best_in(self.folder, {"best": callback.state})
        callback.set_model(self.model)
        return callback

    def _after(self, callback, step, reconstruction):
        """Ends an update."""
        optimizer = self.model.players["generator"].optimizer
        optimizer.iterations.assign(step)
        callback.on_train_batch_end(
            step - 1, {"reconstruction": reconstruction}
        )

    def test_figure_4_is_x_y_y_star_x_hat_x_prime_side_by_side(self):
        picture = image_summaries.figure_4(self.networks, **self.pairs)
        self.assertEqual(picture.shape, [2, _SIZE, 5 * _SIZE, 3])
        self.assertAllInRange(picture, 0.0, 1.0)
        x, y, y_star, x_hat, x_prime = np.split(picture, 5, axis=2)
        self.assertAllClose(x, (self.pairs["x"] + 1) / 2)
        self.assertAllClose(x_prime, (self.pairs["x_prime"] + 1) / 2)
        seen = self.networks.repaint(**self.pairs)
        for grey, name in ((y, "y"), (y_star, "y_star")):
            for channel in range(3):
                self.assertAllClose(
                    grey[..., channel],
                    np.clip(seen[name][..., 0], 0, 1),
                    atol=1e-4,
                )
        self.assertAllClose(
            x_hat, np.clip((seen["x_hat"] + 1) / 2, 0, 1), atol=1e-4
        )

    def test_a_picture_of_each_pair_every_so_many_updates(self):
        callback = self._callback()
        for step in range(1, 9):
            self._after(callback, step, 1.0)
        pictures = summaries.images(self.folder)
        self.assertEqual(list(pictures), [4, 8])
        self.assertLen(pictures[4], 2)
        decoded = tf.io.decode_png(pictures[4][0])
        self.assertEqual(decoded.shape, [_SIZE, 5 * _SIZE, 3])

    def test_the_held_out_error_is_logged_and_its_lowest_is_the_best(self):
        errors = iter([30.0, 20.0, 25.0])
        callback = self._callback(
            lambda: {"percent_of_image": next(errors), "other": 1.0}
        )
        for step, best in ((4, 4), (8, 8), (12, 8)):
            self._after(callback, step, 1.0 / step)
            self.assertEqual(workdirs.steps(self.folder, "best"), [best])
        logged = summaries.scalars(self.folder)
        self.assertAllClose(
            logged["held_out/percent_of_image"], {4: 30.0, 8: 20.0, 12: 25.0}
        )
        self.assertAllClose(logged["held_out/other"], {4: 1, 8: 1, 12: 1})

    def test_without_labels_the_lowest_reconstruction_error_is_the_best(self):
        callback = self._callback()
        for step, error, best in ((4, 0.5, 4), (8, 0.6, 4), (12, 0.4, 12)):
            self._after(callback, step, error)
            self.assertEqual(workdirs.steps(self.folder, "best"), [best])
        self.assertEmpty(summaries.scalars(self.folder))

    def test_labels_of_which_none_is_visible_count_as_none(self):
        callback = self._callback(lambda: {})
        for step, error, best in ((4, 0.5, 4), (8, 0.6, 4)):
            self._after(callback, step, error)
            self.assertEqual(workdirs.steps(self.folder, "best"), [best])
        self.assertEmpty(summaries.scalars(self.folder))

    def test_what_is_not_finite_is_never_the_best(self):
        callback = self._callback()
        self._after(callback, 4, 0.5)
        callback.on_train_batch_end(
            3, {"reconstruction": 0.4, "perceptual": np.nan}
        )
        self.assertEqual(callback.state.lowest, 0.5)
        bias = self.model.psi.trainable_variables[-1]
        before = bias.numpy()
        bias.assign(tf.fill(bias.shape, np.inf))
        self.addCleanup(bias.assign, before)
        self._after(callback, 8, 0.4)
        self.assertEqual(callback.state.lowest, 0.5)
        self.assertEqual(workdirs.steps(self.folder, "best"), [4])

    def test_a_checkpoint_remembers_the_lowest(self):
        self._after(self._callback(), 4, 0.5)
        resumed = self._callback()
        workdirs.restore({"best": resumed.state}, self.folder, kind="best")
        self._after(resumed, 8, 0.6)
        self.assertEqual(workdirs.steps(self.folder, "best"), [4])


if __name__ == "__main__":
    tf.test.main()
