import numpy as np
import tensorflow as tf
from tensorflow import keras

from tf_landmarks import skeletons
from tf_landmarks.models import architecture
from tf_landmarks.models import landmark_detector

_ARCH = architecture.Architecture(
    skeletons.Skeleton("stick", ("a", "b", "c"), ((0, 1), (1, 2))), 32, 2
)


class LandmarkDetectorTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.detector = landmark_detector.LandmarkDetector(_ARCH)
        self.x = tf.random.normal([4, 32, 32, 3])

    def test_it_is_eta_after_phi(self):
        seen = self.detector(self.x)
        y = self.detector.phi(self.x, training=False)
        self.assertAllClose(seen.skeleton_image, y, atol=1e-5)
        self.assertAllClose(
            seen.keypoints, self.detector.eta(y, training=False), atol=1e-5
        )
        self.assertEqual(seen.keypoints.shape, [4, 3, 2])
        self.assertEqual(seen.confidence.shape, [4, 3])
        self.assertAllInRange(seen.confidence, 1e-6, 1.0)

    def test_an_image_is_seen_the_same_alone_as_in_a_batch(self):
        alone = self.detector(self.x[1:2])
        batch = self.detector(self.x)
        self.assertAllClose(alone.keypoints[0], batch.keypoints[1], atol=1e-5)

    def test_detecting_changes_no_variable(self):
        self.detector(self.x)
        before = self.detector.get_weights()
        self.detector(self.x)
        for a, b in zip(before, self.detector.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_it_takes_networks_that_are_there(self):
        phi, eta = _ARCH.phi(), _ARCH.eta()
        detector = landmark_detector.LandmarkDetector(_ARCH, phi, eta)
        self.assertIs(detector.phi, phi)
        self.assertIs(detector.eta, eta)


if __name__ == "__main__":
    tf.test.main()
