"""The crop about a face, from where its landmarks are."""

import numpy as np

# A crop's side, in sides of the landmarks' bounding square, which then is two
# thirds of the crop: the paper gives none. DVE's crop of 300-W is 1.35 box
# widths, FAb-Net's 1.2 boxes.
CROP = 1.5


def around(low, high, crop: float = CROP) -> tuple[float, float, float, float]:
    """The square crop (x, y, side, side), in pixel edges, about landmarks.

    Args:
      low: [2], the least x and y of the landmarks, in pixels (integers are
        centres).
      high: [2], the largest.
      crop: the side, in sides of the landmarks' bounding square.

    Raises:
      ValueError: the landmarks have no extent, or one that is not finite.
    """
    low, high = np.asarray(low, float), np.asarray(high, float)
    side = crop * float((high - low).max())
    if not (low <= high).all() or not 0 < side < np.inf:
        raise ValueError(f"{low} to {high} is not a box")
    x, y = (low + high) / 2 + 0.5 - side / 2
    return float(x), float(y), side, side
