import numpy as np

from tf_landmarks.figures import contrast

_REACH = 4  # of a window of 9 pixels


def _slowly(y):
    """[H, W] -> the formula of `contrast`, pixel by pixel."""

    def mean(image):
        height, width = image.shape
        means = np.zeros_like(image)
        for i in range(height):
            for j in range(width):
                rows = slice(max(i - _REACH, 0), i + _REACH + 1)
                columns = slice(max(j - _REACH, 0), j + _REACH + 1)
                means[i, j] = image[rows, columns].mean()
        return means

    v = y - mean(y)
    return v / (1e-3 + np.sqrt(mean(v**2)))


def test_contrast_is_that_of_a_loop_over_pixels():
    y = np.random.default_rng(0).uniform(size=(2, 13, 16, 2))
    y[1] *= 0.002  # as faint as what weakens contrast
    normalized = contrast.normalized(y.astype(np.float32)).numpy()
    for image in range(2):
        for channel in range(2):
            np.testing.assert_allclose(
                normalized[image, ..., channel],
                _slowly(y[image, ..., channel]),
                atol=1e-4,
            )


def test_what_is_faint_is_as_large_as_what_is_not():
    y = np.zeros([1, 32, 32, 1], np.float32)
    y[0, 8, 8], y[0, 24, 24] = 1.0, 0.1
    normalized = contrast.normalized(y).numpy()[0, ..., 0]
    assert 0.9 < normalized[24, 24] / normalized[8, 8] < 1.0
    assert not normalized[16].any()


def test_a_constant_image_has_no_contrast():
    y = np.full([1, 16, 16, 1], 0.7, np.float32)
    shown = contrast.in_log_scale(contrast.normalized(y))
    np.testing.assert_allclose(shown, 0.5, atol=1e-3)


def test_the_log_scale_reaches_from_0_to_1():
    shown = contrast.in_log_scale(np.float32([-9, -1, 0, 1, 9]))
    one = 0.5 * np.log(2) / np.log(10)
    expected = [0, 0.5 - one, 0.5, 0.5 + one, 1]
    np.testing.assert_allclose(shown, expected, atol=1e-6)
