import fractions

import av
import numpy as np
import pytest
from PIL import Image

from tests import tiny_runs
from tf_landmarks import overlay
from tf_landmarks.detection import inputs
from tf_landmarks.detection import pictures
from tf_landmarks.detection import results

POINTS = np.array([[20.0, 10.0], [10.0, 30.0], [30.0, 30.0]])


def _detection(name="a.png", number=0, shape=(48, 64), grey=128):
    image = np.full((*shape, 3), grey, np.uint8)
    return results.Detection(
        inputs.Frame(name, number, image),
        (0.0, 0.0, 400.0, 400.0),
        POINTS,
        np.ones(3),
    )


def _write(writer, detections):
    with writer:
        for detection in detections:
            writer.add(detection)


@pytest.mark.parametrize("name", ["a.png", "b/a.JPG", "c.webp", "noname"])
def test_images_keep_their_names(tmp_path, name):
    writer = pictures.OverlayImages(tmp_path, tiny_runs.SKELETON)
    _write(writer, [_detection(name)])
    written = name if "." in name else f"{name}.png"
    with Image.open(tmp_path / "overlays" / written) as image:
        assert image.size == (64, 48)
        colour = image.convert("RGB").getpixel((10, 30))
    np.testing.assert_allclose(colour, overlay.COLOURS["left"], atol=30)


@pytest.mark.parametrize("shape", [(48, 64), (47, 63)])
@pytest.mark.parametrize("rate", [12.5, 30000 / 1001, 0.0])
def test_video_has_the_size_and_rate_of_its_input(tmp_path, shape, rate):
    writer = pictures.OverlayVideo(tmp_path, tiny_runs.SKELETON, rate)
    frames = [_detection("v.avi", i, shape, 20 * i) for i in range(10)]
    _write(writer, frames)
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height) == (64, 48)
        expected = fractions.Fraction(rate or 25).limit_denominator(1001)
        assert stream.average_rate == expected
        decoded = [f.to_ndarray(format="rgb24") for f in container.decode()]
    assert len(decoded) == 10
    for i, image in enumerate(decoded):
        np.testing.assert_allclose(image[45, 60], 20 * i, atol=6)
    # Blue to red: chroma is halved, so only which is more can be told.
    assert decoded[5][30, 10].argmax() == 2
    assert decoded[5][30, 30].argmax() == 0
