"""COCO keypoint files, checked.

`categories[0]` names the landmarks and the edges. Two extensions: the image
entry of a video's frame has its number, `frame`; an annotation's
`keypoints_3d` are K points [x, y, z], x to the right, y down, z away from the
camera.
"""

import json
import pathlib
from typing import NamedTuple

import jsonschema
import numpy as np

from tf_landmarks import errors
from tf_landmarks import skeletons

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
        except (ValueError, TypeError, OverflowError) as error:
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
            path = pathlib.PurePosixPath(image["file_name"])
            key = FrameKey(path.as_posix(), image.get("frame"))
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
            f"{path}: cannot be read ({error.strerror}); check the path"
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
