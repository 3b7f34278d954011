"""People: how a body is shaped, after MakeHuman's rule for its targets."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks.data.avatars import body as bodies

# Where on a slider from 0 to 1 each name of an axis stands.
_AGE_STOPS = (0.1875, 0.5, 1.0)
_THREE_STOPS = (0.0, 0.5, 1.0)


class Shape(NamedTuple):
    """Sliders of a body, from 0 to 1.

    Attributes:
      gender: 0 female, 1 male.
      age: 0.1875 child, 0.5 some 25 years, 1 old.
      muscle: 0.5 is average.
      weight: 0.5 is average.
      height: 0.5 is average; it acts strongly: 0.38 to 0.58 are adults.
      proportions: 1 is ideal.
      origins: shares of MakeHuman's three sets of targets; they sum to 1.
    """

    gender: float = 0.5
    age: float = 0.5
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.5
    origins: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)


def draw(rng: np.random.Generator) -> Shape:
    """A person at random, from a half-grown child to old age."""
    return Shape(
        gender=float(np.clip(rng.integers(2) + rng.normal(0, 0.08), 0, 1)),
        age=rng.uniform(0.33, 0.95),
        muscle=rng.uniform(0.3, 0.85),
        weight=rng.uniform(0.25, 0.9),
        height=rng.uniform(0.38, 0.58),
        proportions=rng.uniform(0.3, 1.0),
        origins=tuple(rng.dirichlet([0.6] * 3)),
    )


def coefficients(shape: Shape) -> dict[str, float]:
    """How much of each morph target a shape has: products over its axes."""
    gender = {"female": 1 - shape.gender, "male": shape.gender}
    age = _between(shape.age, _AGE_STOPS, bodies.AGES)
    muscle = _between(shape.muscle, _THREE_STOPS, bodies.MUSCLES)
    weight = _between(shape.weight, _THREE_STOPS, bodies.WEIGHTS)
    # The middle of these two axes is the body without a target.
    height = _between(shape.height, _THREE_STOPS, _with_middle(bodies.HEIGHTS))
    proportions = _between(
        shape.proportions, _THREE_STOPS, _with_middle(bodies.PROPORTIONS)
    )
    origins = dict(zip(bodies.ORIGINS, shape.origins, strict=True))
    found = {
        f"macrodetails/{o}-{g}-{a}": origins[o] * gender[g] * age[a]
        for o, g, a in itertools.product(origins, gender, age)
    }
    for parts in itertools.product(
        gender.items(), age.items(), muscle.items(), weight.items()
    ):
        names, shares = zip(*parts, strict=True)
        build, share = "-".join(names), float(np.prod(shares))
        found[f"macrodetails/universal-{build}"] = share
        for kind, axis in (("height", height), ("proportions", proportions)):
            for name in filter(None, axis):
                target = f"macrodetails/{kind}/{build}-{name}"
                found[target] = share * axis[name]
    return {name: share for name, share in found.items() if share}


def _with_middle(ends: tuple[str, str]) -> tuple[str, str, str]:
    return ends[0], "", ends[1]


def _between(
    value: float, stops: Sequence[float], names: Sequence[str]
) -> dict[str, float]:
    """Shares of the two names that a value lies between; they sum to 1."""
    shares = [
        np.interp(value, stops, np.eye(len(stops))[i])
        for i in range(len(stops))
    ]
    return {n: float(s) for n, s in zip(names, shares, strict=True) if s}


def morph(body: bodies.Body, shape: Shape) -> np.ndarray:
    """The vertices [V, 3] of a body of that shape."""
    vertices = body.vertices.copy()
    for name, share in coefficients(shape).items():
        vertices += share * body.targets[name]
    return vertices
