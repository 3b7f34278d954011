"""Small copies of Human3.6M and Simplified Human3.6M, in their layouts.

The person of `pose` is drawn nowhere: frames are those of `made_files`.
"""

import pathlib

import cdflib.cdfwrite
import h5py
import numpy as np
import scipy.io
from PIL import Image

from tests.data import made_files

HEIGHT, WIDTH = 48, 64  # of the videos
BOX = (20, 8, 16, 32)  # x, y, width, height of frame 0; see `box`
FRAMES = 7  # of each video; the first three of them are the first half
SUBJECTS = ("S1", "S5", "S6", "S7", "S8", "S9", "S11")
CAMERA = "54138969"
# As subject 1 has them, and as the others do.
WORDS_OF_1 = ("TakingPhoto", "WalkingDog", "WalkTogether")
WORDS = ("Photo", "WalkDog", "WalkTogether")
_WORDS_OF_ALL = (
    "Directions",
    "Discussion",
    "Eating",
    "Greeting",
    "Phoning",
    "Posing",
    "Purchases",
    "Sitting",
    "SittingDown",
    "Smoking",
    "Waiting",
    "Walking",
)
SIMPLE_SIDE = 32


def names_of(subject: str) -> list[str]:
    """A subject's recordings."""
    own = WORDS_OF_1 if subject == "S1" else WORDS
    return [f"{word} 1.{CAMERA}" for word in (*_WORDS_OF_ALL, *own)]


def box(number: int) -> tuple[int, int, int, int]:
    """Of a frame: one pixel further to the right in each."""
    return (BOX[0] + number, *BOX[1:])


def pose(number: int) -> np.ndarray:
    """Joints [32, 2] in pixels, from the box's corner to the opposite one."""
    x, y, width, height = box(number)
    corner, opposite = np.array([x, y]), np.array([x + width, y + height]) - 1
    return corner + np.linspace(0, 1, 32)[:, np.newaxis] * (opposite - corner)


def poses(count: int) -> np.ndarray:
    """Poses [count, 32, 2] of the first frames."""
    return np.stack([pose(number) for number in range(count)])


def masks(count: int) -> np.ndarray:
    """Masks [count, H, W], 1 inside of the boxes."""
    made = np.zeros([count, HEIGHT, WIDTH], np.uint8)
    for number in range(count):
        x, y, width, height = box(number)
        made[number, y : y + height, x : x + width] = 1
    return made


def write_cdf(
    path: pathlib.Path, positions: np.ndarray, name: str = "Pose"
) -> None:
    """Writes positions [n, 32, 2] as the site does: [1, n, 64], zipped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = positions.reshape(1, len(positions), -1)
    file = cdflib.cdfwrite.CDF(path, delete=True)
    file.write_var(
        {
            "Variable": name,
            "Data_Type": file.CDF_DOUBLE,
            "Num_Elements": 1,
            "Rec_Vary": True,
            "Dim_Sizes": list(values.shape[1:]),
            "Compress": 6,
        },
        var_data=values.astype(np.float64),
    )
    file.close()


def write_masks(path: pathlib.Path, made: np.ndarray) -> None:
    """Writes a cell array {1, n} of masks, a MATLAB 7.3 file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512) as file:
        cells = file.create_dataset(
            "Masks", (len(made), 1), dtype=h5py.ref_dtype
        )
        cells.attrs["MATLAB_class"] = np.bytes_("cell")
        for number, mask in enumerate(made):
            stored = file.create_dataset(
                f"#refs#/{number}", data=mask.T, compression="gzip"
            )
            stored.attrs["MATLAB_class"] = np.bytes_("logical")
            cells[number, 0] = stored.ref
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    with open(path, "r+b") as file:
        file.write(header)


def write_old_masks(path: pathlib.Path, made: np.ndarray) -> None:
    """The same, a MATLAB 5 file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = np.empty([1, len(made)], object)
    cells[0] = list(made)
    scipy.io.savemat(path, {"Masks": cells}, do_compression=True)


def write_recording(root: pathlib.Path, subject: str, name: str) -> None:
    """Writes a video, its positions and its boxes."""
    made_files.write_video(
        root / subject / "Videos" / f"{name}.mp4", FRAMES, HEIGHT, WIDTH
    )
    write_cdf(
        root / subject / "MyPoseFeatures/D2_Positions" / f"{name}.cdf",
        poses(FRAMES),
    )
    write_masks(
        root / subject / "MySegmentsMat/ground_truth_bb" / f"{name}.mat",
        masks(FRAMES),
    )


def write(root: pathlib.Path) -> None:
    """Writes Human3.6M: each activity once, of each subject."""
    for subject in SUBJECTS:
        for name in names_of(subject):
            write_recording(root, subject, name)
        made_files.write_video(
            root / subject / "Videos" / f"_ALL 1.{CAMERA}.mp4", 2
        )


def simple_landmarks(number: int) -> np.ndarray:
    """(row, column) [32, 2] as shares of the image."""
    column = np.linspace(0.25, 0.75, 32)
    row = np.full(32, 0.1 * number)
    return np.stack([row, column], axis=1)


def write_simple_frame(
    root: pathlib.Path, subject: str, name: str, number: int
) -> None:
    """Writes a frame of grey 200, masked in its upper half."""
    parts = [
        root / "human_images" / subject / kind / name
        for kind in ("WithBackground", "BackgroudMask", "Landmarks")
    ]
    for part in parts:
        part.mkdir(parents=True, exist_ok=True)
    shape = SIMPLE_SIDE, SIMPLE_SIDE
    image = Image.fromarray(np.full((*shape, 3), 200, np.uint8))
    image.save(parts[0] / f"{number}.jpg", quality=95)
    mask = np.full(shape, 255, np.uint8)
    mask[: SIMPLE_SIDE // 2] = 0
    Image.fromarray(mask).save(parts[1] / f"{number}.png")
    scipy.io.savemat(
        parts[2] / f"{number}.mat", {"keypoints_2d": simple_landmarks(number)}
    )


def write_simple(root: pathlib.Path) -> None:
    """Writes Simplified Human3.6M: each of the six activities once.

    Frames are numbered from 1, in a folder of WalkDog there are none.
    """
    for subject in SUBJECTS:
        for word in (
            "Directions",
            "Discussion",
            "Greeting",
            "Posing",
            "Waiting",
            "Walking",
        ):
            for number in range(1, 5):
                write_simple_frame(root, subject, f"{word}.{CAMERA}", number)
        for kind in ("WithBackground", "BackgroudMask", "Landmarks"):
            folder = root / "human_images" / subject / kind
            (folder / f"WalkDog 1.{CAMERA}").mkdir()
