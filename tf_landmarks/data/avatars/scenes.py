"""Camera, light and background of a clip: they do not change within it."""

import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from tf_landmarks.data import images

Range = tuple[float, float]

# In sides of the picture.
_TYPICAL_EXTENT = 0.8, 0.88
_LARGEST_EXTENT = 0.9
_SHIFT = 0.02

_UNITS_A_METRE = 10.0


class Cameras(NamedTuple):
    """Where cameras stand, drawn uniformly between low and high.

    Attributes:
      yaw: degrees about the person: 0 sees the front, 90 the left side.
      pitch: degrees over the horizon, seen from the person.
      distance: metres from the person's middle.
    """

    yaw: Range = (-60.0, 60.0)
    pitch: Range = (-3.0, 20.0)
    distance: Range = (3.5, 7.0)


class Camera(NamedTuple):
    """A pinhole that sees a square.

    Attributes:
      rotation: [3, 3]; its rows are right, down and ahead of the camera.
      position: [3].
      focal: focal length in sides of the picture.
      centre: [2] where its axis meets the picture, in sides.
    """

    rotation: np.ndarray
    position: np.ndarray
    focal: float
    centre: np.ndarray

    def project(self, points: np.ndarray, size: int):
        """Points [..., 3] -> pixels [..., 2] of `size`, and depths [...].

        An integer is the centre of a pixel.
        """
        seen = (points - self.position) @ self.rotation.T
        depths = seen[..., 2]
        shares = seen[..., :2] / depths[..., np.newaxis] * self.focal
        return (shares + self.centre) * size - 0.5, depths


class Light(NamedTuple):
    """A distant lamp in a lit room: direction to it [3], share of the room."""

    direction: np.ndarray
    ambient: float


def draw_camera(
    joints: np.ndarray, cameras: Cameras, rng: np.random.Generator
) -> Camera:
    """One of the cameras, with the person upright in the middle.

    As a box around a person would crop it: the joints [T, 19, 3] of most
    frames fill some five sixths of the picture, and none leaves it.
    """
    yaw = np.deg2rad(rng.uniform(*cameras.yaw))
    pitch = np.deg2rad(rng.uniform(*cameras.pitch))
    distance = _UNITS_A_METRE * rng.uniform(*cameras.distance)
    ahead = -np.array(
        [
            np.sin(yaw) * np.cos(pitch),
            np.sin(pitch),
            np.cos(yaw) * np.cos(pitch),
        ]
    )
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(ahead, right), ahead])
    low, high = joints.min(axis=(0, 1)), joints.max(axis=(0, 1))
    position = (low + high) / 2 - distance * ahead
    still = Camera(rotation, position, 1.0, np.zeros(2))
    seen, _ = still.project(joints, 1)
    typical = np.median(np.ptp(seen, axis=1).max(axis=-1))
    low, high = seen.min(axis=(0, 1)), seen.max(axis=(0, 1))
    focal = min(
        rng.uniform(*_TYPICAL_EXTENT) / typical,
        _LARGEST_EXTENT / (high - low).max(),
    )
    middle = (low + high) / 2 + 0.5  # `project` takes half a pixel off
    centre = 0.5 - focal * middle + rng.uniform(-_SHIFT, _SHIFT, 2)
    return Camera(rotation, position, focal, centre)


def draw_light(camera: Camera, rng: np.random.Generator) -> Light:
    """A lamp above, rather on the camera's side."""
    direction = np.array([rng.normal(), rng.uniform(0.5, 1.5), rng.normal()])
    direction -= 0.8 * camera.rotation[2]
    return Light(direction / np.linalg.norm(direction), rng.uniform(0.35, 0.65))


def shade(colours: np.ndarray, normals: np.ndarray, light: Light) -> np.ndarray:
    """Colours [P, 3] of points with unit normals [P, 3], under a light."""
    lamp = np.clip(normals @ light.direction, 0.0, 1.0)
    sky = 0.775 + 0.225 * normals[:, 1]
    brightness = light.ambient * sky + 1.15 * (1.0 - light.ambient) * lamp
    return np.clip(colours * brightness[:, np.newaxis], 0.0, 1.0)


def draw_background(
    size: int, rng: np.random.Generator, photos: Sequence[pathlib.Path] = ()
) -> np.ndarray:
    """[size, size, 3] in [0, 1]: part of a photo, or a room with furniture."""
    if photos:
        return _part_of(photos[rng.integers(len(photos))], size, rng)
    y, x = np.mgrid[:size, :size] / size
    wall, floor = _muted(rng, 0.55, 0.95), _muted(rng, 0.25, 0.8)
    horizon = rng.uniform(0.45, 0.8)
    room = np.where((y > horizon)[..., None], floor, wall)
    for cells, strength in ((4, 0.3), (12, 0.1), (40, 0.05)):
        noise = _noise(x, y, cells, rng) - 0.5
        room = room * (1.0 + rng.uniform(0, strength) * noise)[..., None]
    for _ in range(rng.integers(0, 4)):  # furniture against the wall
        left, width = rng.uniform(-0.1, 0.9), rng.uniform(0.05, 0.35)
        top = rng.uniform(0.0, horizon)
        bottom = rng.uniform(top, horizon + 0.1)
        inside = (x > left) & (x < left + width) & (y > top) & (y < bottom)
        piece = (
            _muted(rng, 0.4, 0.95)
            * (0.8 + 0.4 * _noise(x, y, 8, rng))[..., None]
        )
        room = np.where(inside[..., None], piece, room)
    return np.clip(room, 0.0, 1.0)


def _muted(
    rng: np.random.Generator, darkest: float, lightest: float
) -> np.ndarray:
    """RGB [3]; rooms are rarely garish."""
    grey = rng.uniform(darkest, lightest)
    return np.clip(grey + rng.normal(0, 0.06, 3), 0.0, 1.0)


def _noise(x, y, cells: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise in [0, 1] of some `cells` bumps a side."""
    grid = rng.random([cells + 2, cells + 2])
    column, row = (x * cells).astype(int), (y * cells).astype(int)
    right, down = x * cells - column, y * cells - row
    above = grid[row, column] * (1 - right) + grid[row, column + 1] * right
    row = row + 1
    below = grid[row, column] * (1 - right) + grid[row, column + 1] * right
    return above * (1 - down) + below * down


def _part_of(
    path: pathlib.Path, size: int, rng: np.random.Generator
) -> np.ndarray:
    photo = Image.fromarray(images.read_image(path))
    side = rng.uniform(0.5, 1.0) * min(photo.size)
    left, top = (rng.uniform(0, length - side) for length in photo.size)
    box = (left, top, left + side, top + side)
    part = photo.resize((size, size), Image.Resampling.BOX, box)
    return np.asarray(part, np.float64) / 255.0
