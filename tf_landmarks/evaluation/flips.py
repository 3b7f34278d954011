"""Errors before and after left and right are exchanged.

As in the released evaluation (sec. 5.1, "no flips" and "with flips"): the
whole skeleton is exchanged at once, and η of stage 1, frozen, says without the
truth which naming is the prior's. Fine-tuned with Φ, η may have drifted to the
mirrored one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks.evaluation import metrics


class FlipErrors(NamedTuple):
    """Errors of N frames; NaN where no landmark is visible.

    Attributes:
      raw: of the landmarks as they were detected, [N].
      exchanged: with left and right exchanged, [N].
      is_wrong: bool [N], where η of stage 1 calls for the exchange; None
        without one.
    """

    raw: np.ndarray
    exchanged: np.ndarray
    is_wrong: np.ndarray | None

    @property
    def corrected(self) -> np.ndarray:
        """Exchanged where η of stage 1 calls for it; NaN without one."""
        if self.is_wrong is None:
            return np.full_like(self.raw, np.nan)
        return np.where(self.is_wrong, self.exchanged, self.raw)

    @property
    def with_flips(self) -> np.ndarray:
        """The lesser of both: the truth decides."""
        return np.minimum(self.raw, self.exchanged)

    @property
    def correct_flip(self) -> np.ndarray:
        """1.0 where an exchange makes it worse, else 0.0; NaN without truth."""
        return _known(self.raw < self.exchanged, self.raw)

    @property
    def corrected_correct_flip(self) -> np.ndarray:
        """The same of the corrected landmarks; NaN without η of stage 1."""
        other = self.raw + self.exchanged - self.corrected
        return _known(self.corrected < other, self.corrected)

    def scaled(self, unit: np.ndarray) -> "FlipErrors":
        """The errors times [N]."""
        return self._replace(
            raw=self.raw * unit, exchanged=self.exchanged * unit
        )


def _known(answer: np.ndarray, error: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(error), np.nan, answer)


def errors(
    p: np.ndarray,
    truth: np.ndarray,
    visibility: np.ndarray,
    q: np.ndarray | None,
    permutation: Sequence[int],
    image_size: int,
) -> FlipErrors:
    """Errors in percent of the image.

    Args:
      p: detected landmarks [N, J, 2] in [-1, 1], those that are scored.
      truth: [N, J, 2].
      visibility: [N, J], COCO's flags; landmarks with 0 are not scored.
      q: [N, J, 2], η of stage 1 on β of the detected landmarks; or None.
      permutation: landmark i of a mirrored object is landmark
        `permutation[i]`.
      image_size: S in pixels.

    Raises:
      ValueError: `permutation` applied twice is not the identity.
    """
    permutation = list(permutation)
    if [permutation[i] for i in permutation] != list(range(p.shape[1])):
        raise ValueError(f"{permutation} is no exchange of pairs")
    exchanged = p[:, permutation]
    is_wrong = None
    if q is not None:
        everything = np.ones(q.shape[:2])
        to_q = metrics.percent_of_image(p, q, everything, image_size)
        is_wrong = to_q > metrics.percent_of_image(
            exchanged, q, everything, image_size
        )
    label = (truth, visibility, image_size)
    return FlipErrors(
        metrics.percent_of_image(p, *label),
        metrics.percent_of_image(exchanged, *label),
        is_wrong,
    )
