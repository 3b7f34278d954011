"""How people are dressed and painted: skin, hair, clothes and their patterns.

Cloth is coloured by where a point lies on the unmorphed body and along its
limbs, not by the mesh's texture coordinates: those of the layer of cloth are
packed into small patches. Hems are sharp at any size, as each pixel decides.
"""

from typing import NamedTuple

import numpy as np

from tf_landmarks.data.avatars import surfaces

PATTERNS = ("plain", "rings", "lines", "checks", "dots", "blocks", "print")

# RGB from light to dark, and of hair.
_SKIN_TONES = (
    np.array(
        [
            [255, 219, 190],
            [241, 194, 150],
            [224, 172, 125],
            [198, 134, 90],
            [141, 85, 50],
            [92, 56, 36],
        ]
    )
    / 255.0
)
_HAIR_COLOURS = (
    np.array(
        [
            [20, 16, 14],
            [50, 33, 22],
            [96, 62, 34],
            [160, 118, 62],
            [215, 180, 115],
            [130, 60, 30],
            [150, 150, 150],
        ]
    )
    / 255.0
)
_CONTRAST = 0.3  # of hair and skin, else people look bald

# Of the face, on the unmorphed body.
_PUPILS_Z = 1.372
_BROWS = np.array([0.32, 7.62, 1.2])  # x beside the middle, y, least z
_LIPS = np.array([0.0, 6.78, 1.35])
_CHEST = ((-1.05, 1.05), (2.4, 4.6))  # x and y of a print
_COLLAR_Y = 6.4  # of the neck


class Garment(NamedTuple):
    """Two colours [3] in a pattern, `scale` of it a decimetre."""

    pattern: str
    colours: tuple[np.ndarray, np.ndarray]
    scale: float
    cells: np.ndarray  # [8, 8, 8, 3] in [0, 1], for blocks and prints


class Appearance(NamedTuple):
    """What a person looks like.

    Attributes:
      skin: RGB [3] in [0, 1].
      hair: RGB [3].
      is_bald: without hair.
      has_strands: with long hair.
      hair_thickness: over the scalp.
      looseness: how far cloth stands off the body.
      top: garment of the upper body.
      bottom: of the legs.
      shoes: RGB [3].
      sleeve: where sleeves end along an arm, see `surfaces.Surface`.
      hem: where trousers end along a leg.
      waist: where they begin.
      collar: how far the top goes up the neck.
      ankle: where shoes begin.
    """

    skin: np.ndarray
    hair: np.ndarray
    is_bald: bool
    has_strands: bool
    hair_thickness: float
    looseness: float
    top: Garment
    bottom: Garment
    shoes: np.ndarray
    sleeve: float
    hem: float
    waist: float
    collar: float
    ankle: float


def draw(rng: np.random.Generator) -> Appearance:
    """A look at random."""
    tone = rng.uniform(0, len(_SKIN_TONES) - 1)
    tones = np.arange(len(_SKIN_TONES))
    skin = np.array([np.interp(tone, tones, c) for c in _SKIN_TONES.T])
    contrast = np.abs(_HAIR_COLOURS - skin).mean(axis=1)
    contrasting = _HAIR_COLOURS[contrast >= min(_CONTRAST, contrast.max())]
    hair = rng.choice(contrasting)
    return Appearance(
        skin=skin,
        hair=hair * rng.uniform(0.8, 1.2),
        is_bald=bool(rng.random() < 0.06),
        has_strands=bool(rng.random() < 0.3),
        hair_thickness=rng.uniform(0.08, 0.35),
        looseness=rng.uniform(0.0, 0.12),
        top=_garment(rng, PATTERNS, 1.0),
        bottom=_garment(
            rng, ("plain", "plain", "plain", "lines", "blocks"), 0.8
        ),
        shoes=_colour(rng) * 0.6,
        sleeve=rng.choice([0.25, 0.45, 0.6, 1.0, 1.95, 1.95]),
        hem=rng.choice([0.35, 0.6, 0.9, 1.92, 1.95, 1.95]),
        waist=rng.uniform(-0.35, 0.0),
        collar=rng.uniform(-0.35, 0.3),
        ankle=rng.uniform(1.85, 2.0),
    )


def _garment(rng: np.random.Generator, patterns, brightness: float) -> Garment:
    return Garment(
        str(rng.choice(patterns)),
        (_colour(rng) * brightness, _colour(rng) * brightness),
        rng.uniform(1.2, 3.5),
        rng.random([8, 8, 8, 3]),
    )


def _colour(rng: np.random.Generator) -> np.ndarray:
    """RGB of a random hue, saturation and value."""
    hue, saturation = rng.random(), rng.uniform(0.05, 0.9)
    value = rng.uniform(0.12, 0.95)
    k = (np.array([5.0, 3.0, 1.0]) + 6.0 * hue) % 6.0
    return value - value * saturation * np.clip(np.minimum(k, 4.0 - k), 0, 1)


def worn(
    surface: surfaces.Surface, vertices: np.ndarray, look: Appearance
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A person's surface at rest, with hair and loose cloth.

    Args:
      surface: of the body.
      vertices: [V, 3] of the morphed body.
      look: of the person.

    Returns:
      vertices [N, 3], normals [N, 3] and the triangles [M, 3] that are drawn.
    """
    vertices = vertices[surface.sources].copy()
    outwards = surfaces.normals(vertices, surface.triangles)
    lift = np.clip(surface.over_hairline / 0.35, 0, 1) * look.hair_thickness
    lift = np.where(surface.layer == surfaces.SCALP, lift, 0.0)
    lift[surface.layer == surfaces.CLOTH] = look.looseness
    vertices += outwards * lift[:, np.newaxis]
    layer = surface.layer[surface.triangles[:, 0]]
    hidden = np.zeros(len(layer), bool)
    if look.is_bald or not look.has_strands:
        hidden |= layer == surfaces.STRANDS
    if look.is_bald:
        hidden |= layer == surfaces.SCALP
    normals = surfaces.normals(vertices, surface.triangles)
    return vertices, normals, surface.triangles[~hidden]


class Points(NamedTuple):
    """Of P points on a surface, what they are painted by; see `Surface`."""

    layer: np.ndarray
    rest: np.ndarray
    arm: np.ndarray
    leg: np.ndarray


def paint(look: Appearance, points: Points) -> np.ndarray:
    """Colours [P, 3] in [0, 1], without light."""
    x, y, z = points.rest.T
    colours = np.tile(look.skin, [len(x), 1])
    is_skin = points.layer == surfaces.SKIN
    lips = is_skin & _near(points.rest, _LIPS, 0.28, 0.09)
    beside = np.stack([np.abs(x), y, z], axis=1)
    brows = is_skin & _near(beside, _BROWS, 0.2, 0.06)
    colours[lips] *= [0.85, 0.55, 0.55]
    colours[brows] = look.hair * 0.7
    cloth = points.layer == surfaces.CLOTH
    legs = points.leg >= look.waist
    top = cloth & ~legs & (points.arm < look.sleeve)
    top &= y < _COLLAR_Y + look.collar
    bottom = cloth & legs & (points.leg < look.hem) & (points.arm < 0.05)
    for covered, garment in ((top, look.top), (bottom, look.bottom)):
        rest, arm = points.rest[covered], points.arm[covered]
        colours[covered] = _pattern(garment, rest, arm)
    colours[cloth & (points.leg > look.ankle)] = look.shoes
    eyes = points.layer == surfaces.EYES
    colours[eyes] = np.where(z[eyes, np.newaxis] > _PUPILS_Z, 0.1, 0.92)
    hair = points.layer >= surfaces.SCALP
    shine = 0.85 + 0.3 * np.abs(np.sin(23 * x + 3 * y + 17 * z)[hair])
    colours[hair] = look.hair * shine[:, np.newaxis]
    return np.clip(colours, 0.0, 1.0)


def _near(points, place, reach_x: float, reach_y: float) -> np.ndarray:
    x, y, z = (points - place).T
    return (np.abs(x) < reach_x) & (np.abs(y) < reach_y) & (z > 0)


def _pattern(garment: Garment, rest: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """Colours [P, 3] of points of a garment."""
    x, y, _ = rest.T
    down = np.where(arm > 0.15, 3.0 * arm, y)  # rings go round the sleeves
    frequency = 3.3 * garment.scale
    rings, lines = np.sin(frequency * down), np.sin(frequency * x)
    match garment.pattern:
        case "rings":
            is_first = rings > 0
        case "lines":
            is_first = lines > 0
        case "checks":
            is_first = (rings > 0) ^ (lines > 0)
        case "dots":
            is_first = rings * lines < 0.45
        case "blocks":
            is_first = _cells(garment, rest * garment.scale)[:, 0] > 0.5
        case _:
            is_first = np.ones_like(x, bool)
    colours = np.where(is_first[:, np.newaxis], *garment.colours)
    if garment.pattern == "print":
        (left, right), (low, high) = _CHEST
        on_chest = (x > left) & (x < right) & (y > low) & (y < high)
        on_chest &= rest[:, 2] > 0.6
        colours[on_chest] = _cells(garment, rest[on_chest] * [3, 3, 0])
    return colours


def _cells(garment: Garment, places: np.ndarray) -> np.ndarray:
    """Colours [P, 3] of the unit cubes that places [P, 3] lie in."""
    i, j, k = (np.floor(places).astype(int) % len(garment.cells)).T
    return garment.cells[i, j, k]
