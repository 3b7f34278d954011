"""Where and how large objects are: the prior's poses against the crops.

The unpaired poses teach Φ where landmarks may be, so poses that lie elsewhere
in the image than the objects do pull the landmarks off them. What the crops
show is taken from labels where a split has them, otherwise from where the
frames of a clip differ from each other.
"""

from typing import NamedTuple

import numpy as np
import tabulate

_CENTRE_TOLERANCE = 10.0  # percent of the image
_SIZE_TOLERANCE = 1 / 4


class Placement(NamedTuple):
    """Mean and standard deviation over poses (or clips), % of the image.

    Attributes:
      mean: [4], centre x, centre y, width, height.
      std: [4], the same.
    """

    mean: np.ndarray
    std: np.ndarray


def of_poses(keypoints: np.ndarray, image_size: int) -> Placement:
    """Placement of poses [N, K, 2] in [-1, 1]; NaN is not labelled."""
    return _placement(_boxes_of_poses(keypoints, image_size))


class Poses:
    """Placement of poses that come one by one, from running sums."""

    def __init__(self, image_size: int):
        self._size = image_size
        self._count = 0
        self._sum = np.zeros(4)
        self._squares = np.zeros(4)

    def add(self, keypoints: np.ndarray) -> None:
        """Adds a pose [K, 2] in [-1, 1]; NaN is not labelled."""
        if np.isnan(keypoints).all():
            return
        box = _boxes_of_poses(keypoints, self._size)
        self._count += 1
        self._sum += box
        self._squares += box**2

    def placement(self) -> Placement | None:
        """Over the poses; None if nothing is labelled in any."""
        if not self._count:
            return None
        mean = self._sum / self._count
        variance = np.maximum(self._squares / self._count - mean**2, 0)
        return Placement(mean, np.sqrt(variance))


def _boxes_of_poses(keypoints: np.ndarray, image_size: int) -> np.ndarray:
    """Poses [..., K, 2] in [-1, 1] -> boxes, see `_boxes`."""
    pixels = (keypoints + 1) / 2 * (image_size - 1) + 0.5  # from the edge
    percent = 100.0 * pixels / image_size
    return _boxes(np.nanmin(percent, axis=-2), np.nanmax(percent, axis=-2))


def _boxes(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Corners [..., 2] -> centre x and y, width, height [..., 4]."""
    return np.concatenate([(low + high) / 2, high - low], axis=-1)


def _placement(boxes: np.ndarray) -> Placement:
    """Boxes [N, 4] in % of the image -> placement."""
    return Placement(boxes.mean(axis=0), boxes.std(axis=0))


class Motion:
    """Where the frames of clips differ, from running sums."""

    def __init__(self, image_size: int):
        self._shape = (image_size, image_size)
        self._clips: list[tuple[np.ndarray, np.ndarray]] = []
        self.start_clip()

    def start_clip(self) -> None:
        """Forgets the sums of the clip before."""
        self._count = 0
        self._sum = np.zeros(self._shape)
        self._squares = np.zeros(self._shape)

    def add(self, gray: np.ndarray) -> None:
        """Adds a frame, [S, S] of any unit."""
        self._count += 1
        self._sum += gray
        self._squares += np.square(gray, dtype=np.float64)

    def end_clip(self) -> None:
        """Takes the clip's frames into account, if anything moves."""
        mean = self._sum / self._count
        deviation = np.sqrt(
            np.maximum(self._squares / self._count - mean**2, 0)
        )
        # The stiller half of the picture is background and noise.
        moving = np.maximum(deviation - np.median(deviation), 0)  # [S, S]
        if moving.any():
            self._clips.append(
                tuple(_extent(moving.sum(axis)) for axis in (0, 1))
            )

    def placement(self) -> Placement | None:
        """Over the clips; None if nothing moves in any."""
        if not self._clips:
            return None
        extents = np.stack(self._clips)  # [clips, 2 axes, low and high]
        return _placement(_boxes(extents[..., 0], extents[..., 1]))


def _extent(weights: np.ndarray) -> tuple[float, float]:
    """Where the middle 90% of weights [S] lie, % of the image."""
    edges = np.linspace(0, 100, len(weights) + 1)
    cumulative = np.concatenate([[0], np.cumsum(weights)]) / weights.sum()
    low, high = np.interp([0.05, 0.95], cumulative, edges)
    return low, high


def table(rows: dict[str, Placement]) -> str:
    """The placements as a text table."""
    return tabulate.tabulate(
        [
            [name, *(f"{m:.0f} ± {s:.0f}" for m, s in zip(*row, strict=True))]
            for name, row in rows.items()
        ],
        headers=["% of the image", "centre x", "centre y", "width", "height"],
        stralign="right",
    )


def warning(prior: Placement, name: str, crops: Placement) -> str | None:
    """A sentence if the prior does not lie where the objects do.

    Args:
      prior: of the poses.
      name: of what `crops` was measured on, for the sentence.
      crops: of the objects in them.
    """
    shift = np.abs(prior.mean[:2] - crops.mean[:2]).max()
    ratio = prior.mean[2:].mean() / crops.mean[2:].mean()
    if shift > _CENTRE_TOLERANCE:
        problem = f"centred {shift:.0f}% of the image away from"
    elif not 1 - _SIZE_TOLERANCE < ratio < 1 + _SIZE_TOLERANCE:
        problem = f"{ratio:.1f} times as large as"
    else:
        return None
    return (
        f"the prior's poses are {problem} {name}; look at the preview, and if "
        "they lie beside the objects, change the boxes of the frames or of the "
        "poses: landmarks would drift there"
    )
