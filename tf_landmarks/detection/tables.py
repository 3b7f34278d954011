"""Detections as COCO keypoints and as CSV."""

import csv
import json

from tf_landmarks.detection import results

_VISIBLE = 2  # COCO's flag


class CocoFile(results.Writer):
    """`detections.json`, a COCO keypoint file.

    Beside what COCO has, an image of a video has its `frame` number, and an
    annotation has `confidence`, one number in (0, 1] for each landmark.
    `bbox` is the square that was looked at, so that `prepare` takes the file
    for labels of the same crops. Every landmark counts as visible.
    """

    name = "detections.json"

    def __init__(self, folder, skeleton, is_video: bool):
        super().__init__(folder, skeleton)
        self._is_video = is_video
        self._images: list[dict] = []
        self._detections: list[results.Detection] = []

    def add(self, detection: results.Detection) -> None:
        """Keeps the numbers, not the picture."""
        height, width = detection.frame.image.shape[:2]
        image = {
            "id": len(self._images),
            "file_name": detection.frame.file_name,
            "width": width,
            "height": height,
        }
        if self._is_video:
            image["frame"] = detection.frame.number
        self._images.append(image)
        self._detections.append(detection._replace(frame=None))

    def __exit__(self, *error):
        if any(error):
            return
        annotations = map(
            _annotation, range(len(self._images)), self._detections
        )
        with open(self.folder / self.name, "w", encoding="utf-8") as file:
            category = json.dumps(self.skeleton.to_coco())
            file.write(f'{{"categories": [{category}],\n"images": [\n')
            file.write(",\n".join(map(json.dumps, self._images)))
            file.write('\n],\n"annotations": [\n')
            for i, annotation in enumerate(annotations):
                file.write(",\n" * (i > 0) + json.dumps(annotation))
            file.write("\n]}\n")


def _annotation(index: int, detection: results.Detection) -> dict:
    keypoints = [
        value
        for x, y in detection.keypoints.tolist()
        for value in (round(x, 2), round(y, 2), _VISIBLE)
    ]
    return {
        "id": index,
        "image_id": index,
        "category_id": 1,
        "keypoints": keypoints,
        "num_keypoints": len(detection.keypoints),
        "confidence": [round(c, 4) for c in detection.confidence.tolist()],
        "bbox": list(detection.box),
        "area": detection.box[2] * detection.box[3],
        "iscrowd": 0,
    }


class CsvFile(results.Writer):
    """`detections.csv`: one line for each landmark of each frame."""

    name = "detections.csv"

    def __enter__(self):
        self._file = open(
            self.folder / self.name, "w", newline="", encoding="utf-8"
        )
        self._csv = csv.writer(self._file, lineterminator="\n")
        self._csv.writerow(
            ("image", "frame", "landmark", "x", "y", "confidence")
        )
        return self

    def add(self, detection: results.Detection) -> None:
        """Writes K lines."""
        frame = detection.frame
        for name, (x, y), confidence in zip(
            self.skeleton.landmarks,
            detection.keypoints,
            detection.confidence,
            strict=True,
        ):
            self._csv.writerow(
                (
                    frame.file_name,
                    frame.number,
                    name,
                    f"{x:.2f}",
                    f"{y:.2f}",
                    f"{confidence:.4f}",
                )
            )

    def __exit__(self, *error):
        self._file.close()
