import fractions

import av
import numpy as np
import pytest

from tf_landmarks import movies


@pytest.mark.parametrize("shape", [(48, 64), (47, 63)])
@pytest.mark.parametrize("rate", [12.5, 30000 / 1001])
def test_a_movie_has_the_pictures_and_the_rate_it_was_given(
    tmp_path, shape, rate
):
    path = tmp_path / "a.mp4"
    with movies.Movie(path, rate) as movie:
        for level in range(0, 200, 20):
            movie.add(np.full((*shape, 3), level, np.uint8))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (64, 48)
        expected = fractions.Fraction(rate).limit_denominator(1001)
        assert stream.average_rate == expected
        decoded = [f.to_ndarray(format="rgb24") for f in container.decode()]
    assert len(decoded) == 10
    for i, image in enumerate(decoded):
        np.testing.assert_allclose(image, 20 * i, atol=6)


def test_an_error_before_the_first_picture_is_passed_on(tmp_path):
    with pytest.raises(ZeroDivisionError), movies.Movie(tmp_path / "a.mp4", 25):
        raise ZeroDivisionError
