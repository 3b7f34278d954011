"""Films a person: frames, exact joints, and which of them are in sight."""

from typing import NamedTuple

import numpy as np

from tf_landmarks.data.avatars import appearances
from tf_landmarks.data.avatars import posing
from tf_landmarks.data.avatars import rasterizer
from tf_landmarks.data.avatars import scenes
from tf_landmarks.data.avatars import surfaces
from tf_landmarks.data.avatars import visibility

_SUPERSAMPLING = 2  # pixels of the z-buffer a pixel, along each side


class Scene(NamedTuple):
    """All that a clip shows."""

    person: posing.Person
    look: appearances.Appearance
    poses: posing.Poses
    camera: scenes.Camera
    light: scenes.Light
    background: np.ndarray  # [S, S, 3]


class Film(NamedTuple):
    """A rendered clip.

    Attributes:
      frames: [T, S, S, 3] uint8.
      keypoints: [T, 19, 2] in pixels, integers are centres.
      visibility: [T, 19], see `visibility`.
    """

    frames: np.ndarray
    keypoints: np.ndarray
    visibility: np.ndarray


def film(surface: surfaces.Surface, scene: Scene, size: int) -> Film:
    """Renders every pose of a scene at S = `size`."""
    *worn, triangles = appearances.worn(
        surface, scene.person.vertices, scene.look
    )
    sight = visibility.Sight(surface, scene.person)
    fine_size = size * _SUPERSAMPLING
    frames, flags = [], []
    for time in range(len(scene.poses.rotations)):
        moved = surfaces.moved(surface, scene.person, scene.poses, time, worn)
        points, depths = scene.camera.project(moved[0], fine_size)
        fragments = rasterizer.rasterize(points, depths, triangles, fine_size)
        frames.append(
            _picture(surface, scene, moved[1], triangles, fragments, size)
        )
        joints = scene.camera.project(scene.poses.joints[time], fine_size)
        flags.append(sight.flags(*joints, triangles, fragments, fine_size))
    keypoints, _ = scene.camera.project(scene.poses.joints, size)
    return Film(np.stack(frames), keypoints, np.stack(flags))


def _picture(surface, scene, normals, triangles, fragments, size):
    """uint8 [size, size, 3]."""
    corners = triangles[fragments.triangles]

    def at_pixels(values):
        return np.einsum("pi,pi...->p...", fragments.weights, values[corners])

    colours = appearances.paint(
        scene.look,
        appearances.Points(
            surface.layer[corners[:, 0]],
            at_pixels(surface.rest),
            at_pixels(surface.arm),
            at_pixels(surface.leg),
        ),
    )
    facing = at_pixels(normals)
    facing /= np.maximum(np.linalg.norm(facing, axis=1), 1e-9)[:, np.newaxis]
    fine = np.repeat(
        np.repeat(scene.background, _SUPERSAMPLING, 0), _SUPERSAMPLING, 1
    ).reshape(-1, 3)
    fine[fragments.pixels] = scenes.shade(colours, facing, scene.light)
    blocks = fine.reshape(size, _SUPERSAMPLING, size, _SUPERSAMPLING, 3)
    return np.rint(255.0 * blocks.mean(axis=(1, 3))).astype(np.uint8)
