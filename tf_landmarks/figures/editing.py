"""Figure 10: moves detected landmarks and repaints the frame."""

import difflib
import math
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tqdm
from PIL import Image

from tf_landmarks import errors
from tf_landmarks import movies
from tf_landmarks import skeletons
from tf_landmarks.data import preprocessing
from tf_landmarks.detection import inputs
from tf_landmarks.figures import grids
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests

SUFFIXES = (".png", ".mp4")
_TITLES = ("landmarks", "y_star", "x_hat")
_MOVIE_FRAMES = 50
_MOVIE_RATE = 25.0  # frames a second


class Editor:
    """A frame, its detected landmarks, and what becomes of it when they move.

    The frame is its own x′: nothing but the pose is to change.

    Attributes:
      painter: of a run.
      x: the frame, [S, S, 3] in [-1, 1].
      p: detected keypoints [1, K, 2] in [-1, 1].
    """

    def __init__(self, painter: painting.Painter, x: np.ndarray):
        """Detects.

        Args:
          painter: of a run.
          x: float32 [S, S, 3] in [-1, 1].

        Raises:
          errors.UserError: see `painting.Painter.check_bottleneck`.
        """
        painter.check_bottleneck()
        self.painter = painter
        self.x = x
        self.p = painter.see(x[None])["p"]

    def moved(self, offset: np.ndarray) -> dict[str, np.ndarray]:
        """p, y_star and x_hat when landmarks have moved by [K, 2]."""
        p = self.p + offset[None].astype(np.float32)
        y_star = self.painter.beta(p)
        x_hat = self.painter.paint(y_star, self.x[None])
        images = {"p": p, "y_star": y_star, "x_hat": x_hat}
        return {name: image[0].numpy() for name, image in images.items()}

    def draw(self, offset: np.ndarray) -> list[np.ndarray]:
        """The moved landmarks over x, and y_star and x_hat: [C, C, 3] each."""
        seen = self.moved(offset)
        skeleton = self.painter.detector.skeleton
        return [
            grids.with_pose(self.x, seen["p"], skeleton),
            grids.enlarged_skeleton(seen["y_star"]),
            grids.enlarged_frame(seen["x_hat"]),
        ]


def parse_moves(
    texts: Sequence[str], skeleton: skeletons.Skeleton, size: int
) -> np.ndarray:
    """Reads --move, "NAME:X,Y" in fractions of the image's side.

    Args:
      texts: of all moves; those of one landmark add up.
      skeleton: that has the landmarks.
      size: S of the frame, in pixels.

    Returns:
      [K, 2], how far each landmark moves in [-1, 1]; there a side of S pixels
      is 2 S / (S - 1) long.

    Raises:
      errors.UserError: none at all, not of this form, or no such landmark.
    """
    if not texts:
        raise errors.UserError(
            "edit needs --move, such as --move=left_elbow:+0.1,-0.05; it may "
            "be given several times"
        )
    offset = np.zeros([skeleton.num_landmarks, 2])
    for text in texts:
        name, numbers = _parse_move(text)
        if name not in skeleton.landmarks:
            near = difflib.get_close_matches(name, skeleton.landmarks, 3, 0.0)
            raise errors.UserError(
                f"--move={text}: {skeleton.name} has no landmark {name!r}; "
                f"the nearest names are {', '.join(near)}"
            )
        offset[skeleton.landmarks.index(name)] += numbers
    return offset * 2 * size / (size - 1)


def _parse_move(text: str) -> tuple[str, tuple[float, float]]:
    name, _, numbers = text.rpartition(":")
    try:
        x, y = (float(number) for number in numbers.split(","))
    except ValueError:
        x = y = math.nan
    if not (name and math.isfinite(x) and math.isfinite(y)):
        raise errors.UserError(
            f"--move={text} is not NAME:X,Y; give the landmark and how far it "
            "goes right and down, in fractions of the image's side, such as "
            "--move=left_elbow:+0.1,-0.05"
        )
    return name, (x, y)


def read_image(pattern: str, box: inputs.Box | None, size: int) -> np.ndarray:
    """One's own picture as a frame, [S, S, 3] in [-1, 1].

    Args:
      pattern: of one file's name.
      box: where to look, see `inputs.crop_of`.
      size: S.

    Raises:
      errors.UserError: not one file, or it cannot be read.
    """
    paths = inputs.find_images(pattern)
    if len(paths) > 1:
        raise errors.UserError(
            f"--images={pattern} matches {len(paths)} files, and one picture "
            "is edited; name it"
        )
    (frame,) = inputs.read_images(paths)
    square = inputs.crop_of(frame, box)
    return preprocessing.crop_and_resize(frame.image, square, size).numpy()


def draw_frame(
    request: requests.Request, painter: painting.Painter
) -> np.ndarray:
    """A random frame of the request's split, [S, S, 3] in [-1, 1].

    Raises:
      errors.UserError: see `painting.open_split`.
    """
    split = painting.open_split(request, [painter.detector])
    (frame,) = split.read(split.draw(1, request.seed))
    return frame.x


def write(editor: Editor, offset: np.ndarray, path: pathlib.Path) -> None:
    """Writes an MP4 of the way there and back, or a PNG of both its ends.

    Args:
      editor: of a frame.
      offset: [K, 2] in [-1, 1].
      path: .mp4 or .png.
    """
    if path.suffix.lower() == ".png":
        _picture(editor, offset).save(path)
        return
    with movies.Movie(path, _MOVIE_RATE) as movie:
        for share in tqdm.tqdm(list(shares()), "paint", unit="frame"):
            row = map(grids.Cell, editor.draw(share * offset))
            movie.add(np.asarray(grids.render([list(row)], _TITLES)))


def shares() -> Iterator[float]:
    """How far the landmarks are in each frame of a movie, in [0, 1]."""
    for i in range(_MOVIE_FRAMES):
        yield (1 - math.cos(2 * math.pi * i / _MOVIE_FRAMES)) / 2


def _picture(editor: Editor, offset: np.ndarray) -> Image.Image:
    rows = []
    for caption, share in (("as detected", 0.0), ("moved", 1.0)):
        row = [grids.Cell(image) for image in editor.draw(share * offset)]
        rows.append([row[0]._replace(caption=caption), *row[1:]])
    return grids.render(rows, _TITLES)
