import tensorflow as tf

from tf_landmarks import skeletons
from tf_landmarks.models import architecture
from tf_landmarks.models import gaussian_heatmaps
from tf_landmarks.models import hourglass_detector

_ARCH = architecture.Architecture(
    skeletons.Skeleton("stick", ("a", "b"), ((0, 1),)), image_size=32, width=1
)


class HourglassDetectorTest(tf.test.TestCase):
    def test_it_detects_what_it_reads_in_the_heatmaps_of_inference(self):
        detector = hourglass_detector.HourglassDetector(_ARCH)
        x = tf.random.stateless_uniform([3, 32, 32, 3], (0, 1), -1, 1)
        p, confidence, y = detector(x)
        heatmaps = detector.hourglass(x, training=False)
        expected, heights = gaussian_heatmaps.read(heatmaps)
        self.assertAllClose(p, expected)
        self.assertAllClose(confidence, heights)
        self.assertEqual(y.shape, [3, 32, 32, 1])
        self.assertAllClose(y, _ARCH.beta()(p))

    def test_it_says_what_it_fits(self):
        detector = hourglass_detector.HourglassDetector(_ARCH)
        self.assertEqual(detector.image_size, 32)
        self.assertEqual(detector.skeleton, _ARCH.skeleton)


if __name__ == "__main__":
    tf.test.main()
