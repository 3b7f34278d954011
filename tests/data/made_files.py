"""Files as a user has them, made for tests."""

import json
import pathlib

import av
import numpy as np
from PIL import Image

LANDMARKS = ["head", "left_hand", "right_hand"]


def frame(number: int, height: int = 48, width: int = 64) -> np.ndarray:
    """A grey picture, brighter with each frame, with a red left half."""
    image = np.full((height, width, 3), 20 + 2 * number, np.uint8)
    image[:, : width // 2, 0] = 250
    return image


def write_video(path: pathlib.Path, count: int, height=48, width=64) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The index of an MP4 goes first: cut files can be opened.
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = 4_000_000
        for number in range(count):
            picture = av.VideoFrame.from_ndarray(
                frame(number, height, width), format="rgb24"
            )
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def write_images(folder: pathlib.Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.fromarray(frame(number)).save(folder / f"{number}.png")


def write_pts(path: pathlib.Path, points: np.ndarray) -> None:
    """Writes landmarks [N, 2], which count from 0; the file's from 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{x:.6f} {y:.6f}" for x, y in points + 1.0]
    header = ["version: 1", f"n_points:  {len(points)}", "{"]
    path.write_text("\n".join([*header, *lines, "}"]) + "\n")


def coco(annotations: list, images: list | None = None) -> dict:
    """A COCO keypoint file's content; by default one image of 64x48."""
    return {
        "categories": [
            {
                "id": 1,
                "name": "puppet",
                "keypoints": LANDMARKS,
                "skeleton": [[1, 2], [1, 3]],
            }
        ],
        "images": images or [{"id": 1, "width": 64, "height": 48}],
        "annotations": annotations,
    }


def pose(image_id: int = 1, shift: float = 0.0, **others) -> dict:
    """An annotation with three landmarks."""
    keypoints = [30 + shift, 10, 2, 40 + shift, 30, 2, 20 + shift, 30, 2]
    return {"image_id": image_id, "keypoints": keypoints, **others}


def write_json(path: pathlib.Path, content) -> str:
    path.write_text(json.dumps(content))
    return str(path)
