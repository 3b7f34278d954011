"""The files of 300-W: images, `.pts` files beside them, and boxes."""

import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import matlab
from tf_landmarks.data import pts

# How far out of the image a landmark may be, in sides of the landmarks'
# bounding square: faces that the image cuts are annotated as a whole.
_BEYOND = 0.25


class Group(NamedTuple):
    """Images of one folder, a clip of the prepared data.

    Attributes:
      folder: below the dataset's.
      split: of the prepared data.
      clip: its name.
      count: how many images there are in the whole 300-W.
      prefix: of the names that belong to it. iBUG's boxes name others, too.
    """

    folder: str
    split: str
    clip: str
    count: int
    prefix: str = ""

    @property
    def boxes(self) -> str:
        """The file of its boxes, below the dataset's folder."""
        name = self.folder.replace("/", "_")
        return f"Bounding Boxes/bounding_boxes_{name}.mat"


class Face(NamedTuple):
    """A face that is whole.

    Attributes:
      image: its file.
      points: its .pts file.
      landmarks: [68, 2] in pixels.
      box: [2, 2] in pixels, least x and y, largest x and y of the face.
    """

    image: pathlib.Path
    points: pathlib.Path
    landmarks: np.ndarray
    box: np.ndarray


def check_layout(root: pathlib.Path, groups: Sequence[Group]) -> None:
    """Raises UserError where a folder is missing or empty, or boxes are."""
    if not root.is_dir():
        raise errors.UserError(
            f"{root}: no such folder; give the folder of 300-W, which holds "
            "afw, helen, lfpw, ibug and Bounding Boxes"
        )
    missing = [g.folder for g in groups if not (root / g.folder).is_dir()]
    missing += [
        f"any image in {g.folder}"
        for g in groups
        if (root / g.folder).is_dir() and not clips.image_files(root / g.folder)
    ]
    missing += [g.boxes for g in groups if not (root / g.boxes).is_file()]
    if missing:
        raise errors.UserError(
            f"{root}: of 300-W {', '.join(missing)} is missing; add it, or "
            "correct the path (docs/datasets/w300.md)"
        )


def read_group(
    root: pathlib.Path, group: Group, bad_files: clips.BadFiles
) -> list[Face]:
    """The faces that have image, landmarks and box, in the order of names.

    Blanks in names do not count: tools that copy iBUG's `image_092 _01` drop
    its blank.

    Raises:
      errors.UserError: the boxes cannot be read, or see `clips.BadFiles`.
    """
    folder = root / group.folder
    found = {_stem(path): path for path in clips.image_files(folder)}
    points = {_stem(path): path for path in folder.glob("*.pts")}
    boxes = _read_boxes(root / group.boxes)
    faces = []
    for stem in sorted(found | points):
        if not stem.startswith(group.prefix):
            continue
        try:
            faces.append(
                _read_face(
                    _get(found, folder / stem, "image (.jpg or .png)"),
                    _get(points, folder / stem, ".pts file"),
                    _get(boxes, folder / stem, f"box in {group.boxes}"),
                )
            )
        except images.BadFile as error:
            bad_files.report(error)
    return faces


def _read_boxes(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Least and largest x and y, [2, 2], by the image's `_stem`.

    The file counts pixels from 1.

    Raises:
      errors.UserError: it cannot be read.
    """
    try:
        (cells,) = matlab.read(path, "bounding_boxes")
        return dict(_read_box(cell) for cell in cells.ravel())
    except images.BadFile as error:
        raise errors.UserError(str(error)) from error
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise errors.UserError(
            f"{path}: not 300-W's boxes, a cell array of structs with imgName "
            f"and bb_ground_truth ({error}); replace it"
        ) from error


def _read_box(cell: np.ndarray) -> tuple[str, np.ndarray]:
    """Name and box of a struct [1, 1] whose fields are arrays."""
    struct = cell.ravel()[0]
    name = _stem(pathlib.PurePath(struct["imgName"].item()))
    box = struct["bb_ground_truth"].astype(np.float64) - 1
    return name, box.reshape(2, 2)


def _stem(path: pathlib.PurePath) -> str:
    """The name without suffix and blanks."""
    return path.stem.replace(" ", "")


def _get(found: dict, beside: pathlib.Path, what: str):
    if beside.name not in found:
        raise images.BadFile(
            f"{beside}: there is no {what} of this name; add it, or remove "
            "the others of this name"
        )
    return found[beside.name]


def _read_face(
    image: pathlib.Path, points: pathlib.Path, box: np.ndarray
) -> Face:
    landmarks = pts.read(points, skeletons.IBUG_68.num_landmarks)
    middle = (landmarks.min(axis=0) + landmarks.max(axis=0)) / 2
    low, high = box
    if not ((low < middle) & (middle < high)).all():
        raise images.BadFile(
            f"{points}: the landmarks, x, y = {_range(landmarks)}, are not in "
            f"the image's box, {_range(box)}; replace or remove it"
        )
    return Face(image, points, landmarks, box)


def check_inside(face: Face, shape: Sequence[int]) -> None:
    """Refuses landmarks that are far outside of the image.

    Args:
      face: what to check.
      shape: of its image, height first.

    Raises:
      images.BadFile: a landmark is more than a quarter of the face's size
        outside.
    """
    height, width = shape[:2]
    low, high = face.landmarks.min(axis=0), face.landmarks.max(axis=0)
    beyond = _BEYOND * (high - low).max()
    inside = (low > -beyond) & (high < np.add([width, height], beyond))
    if not inside.all():
        raise images.BadFile(
            f"{face.points}: the landmarks, x, y = {_range(face.landmarks)}, "
            f"are outside of {face.image.name}, which has {width}x{height} "
            "pixels; replace or remove it"
        )


def _range(points: np.ndarray) -> str:
    """From where to where points [N, 2] lie, counted from 1 as in the files."""
    low, high = points.min(axis=0) + 1, points.max(axis=0) + 1
    return f"{low[0]:.0f}, {low[1]:.0f} to {high[0]:.0f}, {high[1]:.0f}"
