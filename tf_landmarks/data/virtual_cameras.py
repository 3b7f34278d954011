"""3D keypoints, seen by random virtual cameras, make a 2D prior."""

from typing import NamedTuple

import numpy as np

from tf_landmarks.data import clips
from tf_landmarks.data import preprocessing

Range = tuple[float, float]

_NEAREST = 0.1  # of the camera's distance from the object's middle


class Ranges(NamedTuple):
    """What virtual cameras are drawn from, uniformly between low and high.

    The defaults suit a face in a crop that was centred on the average face of
    a clip.

    Attributes:
      yaw: degrees about the y axis through the middle of the object; positive
        turns its front to the left of the picture.
      pitch: about the x axis; positive turns the front down.
      roll: about the z axis; positive is clockwise.
      distance: of the camera from that middle, in object sizes: the larger
        of the unturned object's width and height.
      size: the unturned object's size as a share of the crop.
      centre_x: where the middle is seen, as a share of the crop.
      centre_y: the same, downwards.
    """

    yaw: Range = (-30.0, 30.0)
    pitch: Range = (-15.0, 15.0)
    roll: Range = (-12.0, 12.0)
    distance: Range = (2.5, 6.0)
    size: Range = (0.6, 0.72)
    centre_x: Range = (0.42, 0.58)
    centre_y: Range = (0.43, 0.6)


def random_views(
    points: np.ndarray,
    count: int,
    rng: np.random.Generator,
    ranges: Ranges = Ranges(),  # noqa: B008
) -> np.ndarray:
    """Draws objects, turns them, and projects them into a square crop.

    Args:
      points: [N, K, 3], x to the right, y down, z away from the camera, any
        unit, facing the camera.
      count: how many views.
      rng: source of the draws.
      ranges: of the cameras.

    Returns:
      float32 [count, K, 2]: (x, y) as shares of the crop, 0 at its first and
        1 at its last edge.

    Raises:
      ValueError: an object has no extent, or reaches behind a camera.
    """
    points = points[rng.integers(len(points), size=count)]
    low, high = points.min(axis=1), points.max(axis=1)  # [count, 3]
    scale = (high - low)[:, :2].max(axis=1)  # [count]
    if not scale.all():
        raise ValueError("an object is a single point")
    points = points - ((low + high) / 2)[:, np.newaxis]
    points = points / scale[:, np.newaxis, np.newaxis]
    turns = (ranges.yaw, ranges.pitch, ranges.roll)
    angles = [rng.uniform(*turn, size=count) for turn in turns]
    points = points @ rotations(*angles).transpose(0, 2, 1)

    def draw(limits: Range) -> np.ndarray:
        return rng.uniform(*limits, size=(count, 1, 1))

    perspective = 1.0 + points[..., 2:] / draw(ranges.distance)
    if perspective.min() < _NEAREST:
        raise ValueError("an object reaches up to the camera, or behind it")
    projected = draw(ranges.size) * points[..., :2] / perspective
    centre = [draw(ranges.centre_x), draw(ranges.centre_y)]
    return (projected + np.concatenate(centre, axis=-1)).astype(np.float32)


def prior(views: np.ndarray, image_size: int) -> clips.Poses:
    """Poses from `random_views` [N, K, 2], for crops of S = `image_size`."""
    box = (0.0, 0.0, 1.0, 1.0)
    keypoints = preprocessing.pixels_to_normalized(views - 0.5, box, image_size)
    return clips.Poses(keypoints, np.tile(box, (len(views), 1)))


def rotations(yaw, pitch, roll) -> np.ndarray:
    """Matrices [N, 3, 3]: yaw about y first, then pitch about x, roll about z.

    Args:
      yaw: [N] degrees, about y.
      pitch: about x.
      roll: about z.
    """
    return _about(2, roll) @ _about(0, pitch) @ _about(1, yaw)


def _about(axis: int, degrees: np.ndarray) -> np.ndarray:
    """Right-handed rotations about one axis, [N, 3, 3]."""
    angle = np.radians(degrees)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros([len(angle), 3, 3])
    matrix[:, axis, axis] = 1.0
    matrix[:, a, a] = matrix[:, b, b] = np.cos(angle)
    matrix[:, b, a] = np.sin(angle)
    matrix[:, a, b] = -matrix[:, b, a]
    return matrix
