"""Pictures as PNG files, which keep them as they are."""

import io

import numpy as np
from PIL import Image


def encode(images: np.ndarray) -> list[bytes]:
    """A file of each picture, uint8 [B, H, W, 3]; packed soon, not small."""
    return [_encode(image) for image in images]


def _encode(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", compress_level=1)
    return file.getvalue()
