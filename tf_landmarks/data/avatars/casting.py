"""Draws whole scenes: who is seen, doing what, from where."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks.data.avatars import appearances
from tf_landmarks.data.avatars import body as bodies
from tf_landmarks.data.avatars import identities
from tf_landmarks.data.avatars import motions
from tf_landmarks.data.avatars import posing
from tf_landmarks.data.avatars import rendering
from tf_landmarks.data.avatars import scenes

_FRAMES_PER_SECOND = 25.0
_LEAN = 0.4  # radians, of the pelvis at most

# How far joints are turned beyond what was captured, slowly to and fro: the
# standard deviation of each axis, in radians. Few motions become many, and
# those of the prior overlap with those of the clips.
_WANDERING = {
    "chest": 0.1,
    "neck": 0.15,
    "left_shoulder": 0.3,
    "right_shoulder": 0.3,
    "left_hip": 0.15,
    "right_hip": 0.15,
}
# How far hinges are bent further at most, about the body's x axis.
_BENDING = {
    "left_elbow": -0.7,
    "right_elbow": -0.7,
    "left_knee": 0.5,
    "right_knee": 0.5,
}


class Action(NamedTuple):
    """A person's poses, and the camera that sees them."""

    person: posing.Person
    poses: posing.Poses
    camera: scenes.Camera


def draw_action(
    body: bodies.Body,
    captured: Mapping[str, motions.Motion],
    frames: int,
    cameras: scenes.Cameras,
    rng: np.random.Generator,
) -> Action:
    """Somebody moving for some time, upright and without turning round.

    The legs of one motion go with the chest, head and arms of another or the
    same, each mirrored or not.

    Args:
      body: unmorphed.
      captured: motions by name.
      frames: T, of 25 a second.
      cameras: one of which sees it.
      rng: source of all draws.
    """
    person = posing.person(body, identities.morph(body, identities.draw(rng)))
    times = np.arange(frames) / _FRAMES_PER_SECOND * rng.uniform(0.8, 1.2)
    legs, arms = (
        _draw_motion(list(captured.values()), times, rng) for _ in range(2)
    )
    motion = motions.facing_ahead(motions.with_arms_of(legs, arms), _LEAN)
    motion = motions.turned(motion, _draw_wandering(times, rng))
    poses = posing.pose(person, motion)
    camera = scenes.draw_camera(poses.joints, cameras, rng)
    return Action(person, poses, camera)


def _draw_motion(
    captured: Sequence[motions.Motion],
    times: np.ndarray,
    rng: np.random.Generator,
) -> motions.Motion:
    motion = captured[rng.integers(len(captured))]
    if rng.random() < 0.5:
        motion = motions.mirrored(motion)
    return motions.sample(motion, times + rng.uniform(0, motion.times[-1]))


def _draw_wandering(
    times: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Rotation vectors [T, 3] by joint."""

    def wave(size: int) -> np.ndarray:
        """[T, size], from -1 to 1."""
        frequency = rng.uniform(0.1, 0.4)
        phase = rng.uniform(0, 2 * np.pi, size)
        return np.sin(2 * np.pi * frequency * times[:, np.newaxis] + phase)

    turns = {
        joint: rng.normal(0, deviation, 3)
        + rng.normal(0, deviation, 3) * wave(3)
        for joint, deviation in _WANDERING.items()
    }
    bends = {
        joint: rng.random() * most * (1 + wave(1)) / 2 * [1.0, 0.0, 0.0]
        for joint, most in _BENDING.items()
    }
    return turns | bends


def draw_scene(
    body: bodies.Body,
    captured: Mapping[str, motions.Motion],
    frames: int,
    cameras: scenes.Cameras,
    background: np.ndarray,
    rng: np.random.Generator,
) -> rendering.Scene:
    """An action, in clothes and light, before a background [S, S, 3]."""
    action = draw_action(body, captured, frames, cameras, rng)
    return rendering.Scene(
        action.person,
        appearances.draw(rng),
        action.poses,
        action.camera,
        scenes.draw_light(action.camera, rng),
        background,
    )
