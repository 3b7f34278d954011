"""`--prior=mpi_inf_3dhp`: the 2D poses of MPI-INF-3DHP, and no images.

    S1/Seq1/annot.mat, S1/Seq2/annot.mat, ... S8/Seq2/annot.mat

A pose has no box of its own. To stand in its crop as a person of Human3.6M
does, it gets the square about its joints that table 1 scores, 4/3 as wide: the
code of SPIN (ICCV 2019) makes crops of people of one size out of 1.2 of that
square, and out of 0.9 of Human3.6M's boxes, so these are 1.2 / 0.9 as wide.
"""

import pathlib

import numpy as np
import tqdm

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import matrices
from tf_landmarks.data import priors

NAME = "mpi_inf_3dhp"

_SKELETON = skeletons.MPI_INF_3DHP
_SEQUENCES = tuple(
    f"S{subject}/Seq{sequence}"
    for subject in range(1, 9)
    for sequence in (1, 2)
)
_FILE = "annot.mat"
_NUM_CAMERAS = 14
# Those at chest height, as Human3.6M's are: "mm3d_chest" in the
# mpii_get_camera_set.m that comes with the dataset.
_CAMERAS = (0, 2, 4, 7, 8)
_IMAGE_SIDE = 2048  # pixels
_STEP = 5  # frames: at 25 or 50 a second, neighbours differ little
# Left and right are exchanged there, says another project's reader of it.
_EXCHANGED = {"S4/Seq2": range(3759, 5853)}

_SCORED = (3, 4, 5, 6, 7, 9, 10, 11, 14, 15, 16, 18, 19, 20, 23, 24, 25)
_MARGIN = 1.2 / 0.9


def prior(
    folder: str, image_size: int, bad_files: clips.BadFiles
) -> tuple[skeletons.Skeleton, clips.Poses]:
    """Reads each fifth pose of the chest-high cameras, whole in the image.

    Args:
      folder: that holds S1 to S8.
      image_size: S of the crops.
      bad_files: is told of sequences that are missing or cannot be read.

    Raises:
      errors.UserError: the folder is another, a file is bad and none may be
        skipped, or no pose is left.
    """
    root = pathlib.Path(folder)
    if not any((root / sequence).is_dir() for sequence in _SEQUENCES):
        raise errors.UserError(
            f"{folder}: holds none of {_SEQUENCES[0]} to {_SEQUENCES[-1]}; "
            "give the folder of MPI-INF-3DHP, as its get_dataset.sh makes it"
        )
    gathered = priors.Gathered(_SKELETON.num_landmarks)
    for sequence in tqdm.tqdm(_SEQUENCES, desc="prior", unit="sequence"):
        try:
            poses = _read(root / sequence / _FILE)
        except images.BadFile as error:
            bad_files.report(error)
            continue
        numbers = np.arange(0, poses.shape[1], _STEP)
        numbers = numbers[~np.isin(numbers, _EXCHANGED.get(sequence, ()))]
        for camera, of_camera in zip(_CAMERAS, poses, strict=True):
            chosen = of_camera[numbers]
            names = (
                f"{root / sequence / _FILE}, camera {camera}, frame {number}"
                for number in numbers
            )
            gathered.add(chosen, _boxes(chosen), image_size, names)
    return _SKELETON, gathered.poses(folder)


def _read(path: pathlib.Path) -> np.ndarray:
    """Poses [cameras, N, K, 2] in pixels, NaN unless whole in the image.

    Raises:
      images.BadFile: it cannot be read, or contradicts itself.
    """
    file = matrices.Variables(path, ["annot2", "cameras", "frames"])
    cameras = file.numbers("cameras", (1, _NUM_CAMERAS))[0].tolist()
    if not set(_CAMERAS) <= set(cameras):
        raise file.error(f"cameras does not name all of {_CAMERAS}")
    count = len(file.numbers("frames", (None, 1)))
    rows = file.cells("annot2", (count, 2 * _SKELETON.num_landmarks))
    if len(rows) != _NUM_CAMERAS:
        raise file.error(f"annot2 is of {len(rows)} cameras, cameras of 14")
    chosen = np.stack([rows[cameras.index(camera)] for camera in _CAMERAS])
    poses = chosen.reshape(len(_CAMERAS), count, _SKELETON.num_landmarks, 2)
    inside = ((poses >= 0) & (poses < _IMAGE_SIDE)).all(axis=(2, 3))
    return np.where(inside[..., np.newaxis, np.newaxis], poses, np.nan)


def _boxes(poses: np.ndarray) -> np.ndarray:
    """Squares about poses [N, K, 2], in pixel edges: [N, 4]."""
    scored = poses[:, _SCORED]
    low, high = scored.min(axis=1), scored.max(axis=1)
    side = _MARGIN * (high - low).max(axis=1, keepdims=True)
    corner = (low + high) / 2 + 0.5 - side / 2
    return np.hstack([corner, side, side])
