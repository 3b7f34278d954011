"""What of a body is drawn: skin, cloth, eyes and hair, as triangles.

Bodies wear a layer of cloth all over: where they are bare it is painted as
skin. Of the body itself only head and hands are drawn. Hair is a copy of the
scalp, lifted off the head, and strips that hang from it.
"""

from typing import NamedTuple

import numpy as np

from tf_landmarks.data.avatars import body as bodies
from tf_landmarks.data.avatars import posing

SKIN, CLOTH, EYES, SCALP, STRANDS = range(5)

# Where hair begins: height over depth, of the unmorphed head.
_HAIRLINE_Z = (-0.9, -0.3, 0.05, 0.45, 0.8, 1.1, 1.5)
_HAIRLINE_Y = (6.75, 6.85, 7.15, 7.62, 7.72, 7.95, 8.05)
_HAIRLINE_MARGIN = 0.12


class Surface(NamedTuple):
    """Triangles, and what they are painted by.

    Attributes:
      sources: [N] vertices of the body; one may stand for several.
      layer: [N] SKIN to STRANDS.
      triangles: [M, 3] of the N, counterclockwise as seen where they face
        the camera.
      rest: [N, 3] where they are on the unmorphed body.
      arm: [N] 0 at the shoulder, 1 at the elbow, 2 at the wrist; under 0 off
        the arms.
      leg: [N] 0 at the hip, 1 at the knee, 2 at the ankle; the waist is
        somewhat under 0.
      over_hairline: [N] height over where hair begins.
      influences: by rank of influence, (vertices, bones, weights) [n].
    """

    sources: np.ndarray
    layer: np.ndarray
    triangles: np.ndarray
    rest: np.ndarray
    arm: np.ndarray
    leg: np.ndarray
    over_hairline: np.ndarray
    influences: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]


def build(body: bodies.Body) -> Surface:
    """The surface of a body."""
    layers = _layers(body)
    quads, layer = [], []
    for kind, faces in layers.items():
        quads.append(faces)
        layer.append(np.full(len(faces), kind))
    # Strands are sheets: seen from both sides.
    quads.append(layers[STRANDS][:, ::-1])
    layer.append(np.full(len(layers[STRANDS]), STRANDS + 1))
    quads, layer = np.concatenate(quads), np.concatenate(layer)
    # A vertex of two layers becomes two.
    count = layer.max() + 1
    keys, corners = np.unique(
        quads * count + layer[:, np.newaxis], return_inverse=True
    )
    sources, layer = keys // count, np.minimum(keys % count, STRANDS)
    corners = corners.reshape(quads.shape)
    rest = body.vertices[sources]
    return Surface(
        sources,
        layer,
        np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]),
        rest,
        _along_arms(body, sources),
        _along_legs(body, rest),
        _over_hairline(rest),
        tuple(_influences(body, sources)),
    )


def _layers(body: bodies.Body) -> dict[int, np.ndarray]:
    """Quads by layer."""
    main = body.main_bones()
    head = [body.bone(name) for name in ("Head", "Neck", "Neck1")]
    hands = [
        i
        for i, name in enumerate(body.bones)
        if "Hand" in name or "Finger" in name or "Thumb" in name
    ]
    skin = body.faces["body"]
    skin = skin[np.isin(main[skin], head + hands).any(axis=1)]
    is_scalp = (main[skin] == body.bone("Head")).all(axis=1)
    near_hair = _over_hairline(body.vertices)[skin] > -_HAIRLINE_MARGIN
    return {
        SKIN: skin,
        CLOTH: body.faces["helper-tights"],
        EYES: np.concatenate(
            [body.faces["helper-l-eye"], body.faces["helper-r-eye"]]
        ),
        SCALP: skin[is_scalp & near_hair.any(axis=1)],
        STRANDS: body.faces["helper-hair"],
    }


def _over_hairline(vertices: np.ndarray) -> np.ndarray:
    line = np.interp(vertices[:, 2], _HAIRLINE_Z, _HAIRLINE_Y)
    return vertices[:, 1] - line


def _along_arms(body: bodies.Body, sources: np.ndarray) -> np.ndarray:
    rest = body.vertices[sources]
    along = np.zeros(len(rest))
    for side, of_side in (("l", rest[:, 0] > 0), ("r", rest[:, 0] <= 0)):
        shoulder, elbow, wrist = (
            body.joint_cube(f"{side}-{name}")
            for name in ("shoulder", "elbow", "hand")
        )
        upper = _share(rest[of_side], shoulder, elbow)
        lower = _share(rest[of_side], elbow, wrist)
        along[of_side] = np.where(upper < 1, upper, np.maximum(1 + lower, 1))
    # The flanks lie beside the arms, and are not of them.
    names = ("Arm", "Hand", "Finger", "Thumb")
    arms = [i for i, b in enumerate(body.bones) if any(n in b for n in names)]
    weights = body.weights[sources]
    of_arms = (weights * np.isin(body.influences[sources], arms)).sum(axis=1)
    gate = np.clip((of_arms - 0.3) / 0.4, 0, 1)
    return (np.maximum(along, -0.5) + 0.5) * gate - 0.5


def _share(points: np.ndarray, start: np.ndarray, end: np.ndarray):
    """How far along from start (0) to end (1) points are."""
    return (points - start) @ (end - start) / ((end - start) @ (end - start))


def _along_legs(body: bodies.Body, rest: np.ndarray) -> np.ndarray:
    heights = [
        body.joint_cube(f"l-{name}")[1]
        for name in ("upper-leg", "knee", "ankle")
    ]
    down = [-9.0, *(-height for height in heights), 9.0]
    return np.interp(-rest[:, 1], down, [-2.0, 0.0, 1.0, 2.0, 2.3])


def _influences(body: bodies.Body, sources: np.ndarray):
    for rank in range(body.weights.shape[1]):
        weights = body.weights[sources, rank]
        (vertices,) = np.nonzero(weights)
        if len(vertices):
            bones = body.influences[sources[vertices], rank]
            yield vertices, bones, weights[vertices]


def normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals [N, 3] of vertices, outwards."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    of_faces = np.cross(b - a, c - a)
    summed = np.stack(
        [
            sum(
                np.bincount(triangles[:, i], of_faces[:, axis], len(vertices))
                for i in range(3)
            )
            for axis in range(3)
        ],
        axis=1,
    )
    return summed / np.maximum(np.linalg.norm(summed, axis=1), 1e-12)[:, None]


def moved(
    surface: Surface,
    person: posing.Person,
    poses: posing.Poses,
    time: int,
    vectors: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Linear blend skinning of a person's surface.

    Args:
      surface: of the body.
      person: whose it is.
      poses: of the person.
      time: which of them.
      vectors: vertices and normals [N, 3] in the rest pose.

    Returns:
      vertices and normals [N, 3], these no longer of unit length.
    """
    rotations = poses.rotations[time]  # [B, 3, 3]
    offsets = poses.positions[time] - np.einsum(
        "bij,bj->bi", rotations, person.heads
    )
    bones = np.concatenate([rotations, offsets[:, :, None]], axis=2)
    blended = np.zeros([len(surface.sources), 3, 4])
    for vertices, of_bones, weights in surface.influences:
        blended[vertices] += weights[:, None, None] * bones[of_bones]
    rest, rest_normals = vectors
    turn = blended[:, :, :3]
    return (
        np.einsum("nij,nj->ni", turn, rest) + blended[:, :, 3],
        np.einsum("nij,nj->ni", turn, rest_normals),
    )
