import pathlib

import tensorflow as tf
from absl.testing import parameterized

from tests.training import tiny_networks
from tf_landmarks.training import profiling


class ProfilingTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.parameters((2, 3), (2, 9))  # the second is cut short
    def test_it_leaves_a_trace_for_tensorboard(self, first, last):
        folder = self.get_temp_dir()
        stage = tiny_networks.Stage()
        stage.train([1.0] * 4, [profiling.Profiling(folder, first, last)])
        traces = list(
            pathlib.Path(folder).glob("plugins/profile/*/*.xplane.pb")
        )
        self.assertLen(traces, 1)
        self.assertGreater(traces[0].stat().st_size, 1000)

    def test_updates_that_never_come_leave_none(self):
        folder = pathlib.Path(self.get_temp_dir())
        stage = tiny_networks.Stage()
        stage.train([1.0] * 3, [profiling.Profiling(str(folder), 7, 9)])
        self.assertEmpty(list(folder.glob("plugins/profile/*")))


if __name__ == "__main__":
    tf.test.main()
