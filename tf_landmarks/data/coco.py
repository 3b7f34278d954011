"""Reads poses, labels and boxes from COCO keypoint files.

`categories[0]` names the landmarks and the edges. For poses the images need
not exist: an annotation's `bbox`, else its image's `width` and `height`, say
what the keypoints are normalised by. `keypoints_3d`, our one extension, are
K points [x, y, z], x to the right, y down, z away from the camera.
"""

import json
from typing import NamedTuple

import jsonschema
import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import preprocessing

_FILE = {
    "type": "object",
    "required": ["images", "annotations"],
    "properties": {
        "categories": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "keypoints": {
                        "type": "array",
                        "items": {"type": "string"},
                    },
                    "skeleton": {
                        "type": "array",
                        "items": {
                            "type": "array",
                            "items": {"type": "integer"},
                            "minItems": 2,
                            "maxItems": 2,
                        },
                    },
                },
            },
        },
        "images": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "file_name": {"type": "string"},
                    "frame": {"type": "integer", "minimum": 0},
                    "width": {"type": "integer", "minimum": 1},
                    "height": {"type": "integer", "minimum": 1},
                },
            },
        },
        "annotations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["image_id"],
                "properties": {
                    "keypoints": {"type": "array"},
                    "keypoints_3d": {"type": "array"},
                    "bbox": {
                        "type": "array",
                        "items": {"type": "number"},
                        "minItems": 4,
                        "maxItems": 4,
                    },
                },
            },
        },
    },
}


class FrameKey(NamedTuple):
    """A frame of a folder: its file. Of a video: its file and number.

    `frame` None is a whole file, be it an image or a video.
    """

    file_name: str
    frame: int | None = None


class Label(NamedTuple):
    """[K, 2] in pixels, [K] COCO flags, (x, y, width, height) or None."""

    keypoints: np.ndarray
    visibility: np.ndarray
    box: tuple[float, ...] | None


class CocoFile:
    """A checked COCO file.

    Raises:
      errors.UserError: not there, not JSON, or not a COCO keypoint file.
    """

    def __init__(self, path: str):
        self.path = path
        self._content = _load(path)
        self.annotations = self._content["annotations"]
        self._images = {}
        for image in self._content["images"]:
            self._images[_hashable(image["id"])] = image
        for i, annotation in enumerate(self.annotations):
            if _hashable(annotation["image_id"]) not in self._images:
                raise errors.UserError(
                    f"{path}: annotations[{i}] has image_id "
                    f"{annotation['image_id']!r}, which no image has; add it"
                )

    def skeleton(self) -> skeletons.Skeleton:
        """The skeleton of `categories[0]`."""
        if "categories" not in self._content:
            raise errors.UserError(
                f"{self.path}: lacks `categories`; categories[0].keypoints "
                "names the landmarks"
            )
        try:
            return skeletons.from_coco(self._content["categories"][0])
        except ValueError as error:
            raise errors.UserError(
                f"{self.path}: categories[0]: {error}; correct it"
            ) from error

    def image(self, annotation: dict) -> dict:
        """The image entry that an annotation belongs to."""
        return self._images[_hashable(annotation["image_id"])]

    def numbers(self, index: int, key: str, shape: tuple) -> np.ndarray:
        """Annotation `index`'s list `key` as finite numbers of `shape`."""
        where = f"{self.path}: annotations[{index}].{key}"
        values = self.annotations[index].get(key)
        if values is None:
            raise errors.UserError(f"{where} is missing; add it")
        try:
            array = np.asarray(values, np.float64)
        except (ValueError, TypeError) as error:
            raise errors.UserError(
                f"{where} holds what is not a number; correct it"
            ) from error
        if array.size != np.prod(shape):
            raise errors.UserError(
                f"{where} has {array.size} numbers instead of "
                f"{np.prod(shape)}, {shape[-1]} for each of the "
                f"{shape[0]} landmarks of categories[0]; correct it"
            )
        if not np.isfinite(array).all():
            raise errors.UserError(
                f"{where} holds NaN or infinite numbers; correct or remove "
                "the annotation"
            )
        return array.reshape(shape)

    def box(self, index: int) -> tuple[float, ...] | None:
        """Annotation `index`'s `bbox`, None without one."""
        box = self.annotations[index].get("bbox")
        if box is None:
            return None
        if not (np.isfinite(box).all() and box[2] > 0 and box[3] > 0):
            raise errors.UserError(
                f"{self.path}: annotations[{index}].bbox is {box}; it must be "
                "x, y, width, height with a positive size"
            )
        return tuple(float(v) for v in box)

    def by_frame(self) -> dict[FrameKey, int]:
        """Annotation indices by the frame that they belong to."""
        indices = {}
        for i, annotation in enumerate(self.annotations):
            image = self.image(annotation)
            if "file_name" not in image:
                raise errors.UserError(
                    f"{self.path}: the image with id {image['id']!r} has no "
                    "file_name; add it"
                )
            key = FrameKey(image["file_name"], image.get("frame"))
            if key in indices:
                raise errors.UserError(
                    f"{self.path}: two annotations of {key.file_name}"
                    + ("" if key.frame is None else f" frame {key.frame}")
                    + "; keep one, there is one object in a frame"
                )
            indices[key] = i
        return indices


def _hashable(image_id):
    return json.dumps(image_id)


def _load(path: str) -> dict:
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except OSError as error:
        raise errors.UserError(
            f"{path}: cannot be read ({error.strerror})"
        ) from error
    except ValueError as error:
        raise errors.UserError(
            f"{path}: is not JSON ({error}); it must be a COCO keypoint file"
        ) from error
    problem = jsonschema.Draft202012Validator(_FILE).iter_errors(content)
    problem = next(problem, None)
    if problem is not None:
        raise errors.UserError(
            f"{path}: is not a COCO keypoint file: {problem.json_path}: "
            f"{problem.message[:200]}; correct it"
        )
    return content


def read_poses(path: str, image_size: int) -> tuple:
    """Reads 2D poses, each normalised by its box.

    Poses with a landmark that is not there (v = 0) are left out: the
    renderer draws whole poses.

    Returns:
      (skeleton, clips.Poses)

    Raises:
      errors.UserError: see `CocoFile`; or no whole pose.
    """
    file = CocoFile(path)
    skeleton = file.skeleton()
    poses, boxes = [], []
    for i, annotation in enumerate(file.annotations):
        keypoints = file.numbers(i, "keypoints", (skeleton.num_landmarks, 3))
        if not keypoints[:, 2].all():
            continue
        box = file.box(i) or _whole_image(file, annotation)
        square = preprocessing.square_box(box)
        boxes.append(box)
        poses.append(
            preprocessing.pixels_to_normalized(
                keypoints[:, :2], square, image_size
            )
        )
    left_out = len(file.annotations) - len(poses)
    _check_any(path, len(poses), left_out)
    return skeleton, clips.Poses(np.stack(poses), np.stack(boxes), left_out)


def read_poses_3d(path: str) -> tuple[skeletons.Skeleton, np.ndarray]:
    """Reads `keypoints_3d`: (skeleton, [N, K, 3])."""
    file = CocoFile(path)
    skeleton = file.skeleton()
    shape = (skeleton.num_landmarks, 3)
    _check_any(path, len(file.annotations), 0)
    return skeleton, np.stack(
        [
            file.numbers(i, "keypoints_3d", shape)
            for i in range(len(file.annotations))
        ]
    )


def _check_any(path: str, kept: int, left_out: int) -> None:
    if not kept:
        reason = (
            f"none of the {left_out} poses has all landmarks"
            if left_out
            else "there are no poses in it"
        )
        raise errors.UserError(f"{path}: {reason}; add whole poses")


def _whole_image(file: CocoFile, annotation: dict) -> tuple[float, ...]:
    image = file.image(annotation)
    if "width" not in image or "height" not in image:
        raise errors.UserError(
            f"{file.path}: the image with id {image['id']!r} has no width and "
            "height and its annotation no bbox; add one of them"
        )
    return (0.0, 0.0, float(image["width"]), float(image["height"]))


def read_labels(
    path: str, skeleton: skeletons.Skeleton
) -> dict[FrameKey, Label]:
    """Reads the labels of frames.

    Raises:
      errors.UserError: see `CocoFile`; or other landmarks than `skeleton`'s.
    """
    file = CocoFile(path)
    own = file.skeleton()
    if own.landmarks != skeleton.landmarks:
        raise errors.UserError(
            f"{path}: categories[0].keypoints differ from the poses' "
            f"({own.num_landmarks} and {skeleton.num_landmarks} landmarks); "
            "they must be the same names in the same order"
        )
    labels = {}
    for key, i in file.by_frame().items():
        points = file.numbers(i, "keypoints", (skeleton.num_landmarks, 3))
        labels[key] = Label(points[:, :2], points[:, 2], file.box(i))
    if not labels:
        raise errors.UserError(f"{path}: there are no labels in it; add some")
    return labels


def read_boxes(path: str) -> dict[FrameKey, tuple[float, ...]]:
    """Reads tracked boxes."""
    file = CocoFile(path)
    boxes = {key: file.box(i) for key, i in file.by_frame().items()}
    for key, box in boxes.items():
        if box is None:
            raise errors.UserError(
                f"{path}: the annotation of {key.file_name} has no bbox; add it"
            )
    return boxes
