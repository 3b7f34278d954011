import csv
import json

import numpy as np
import pytest

from tests import tiny_runs
from tf_landmarks.data import annotations
from tf_landmarks.data import coco
from tf_landmarks.detection import inputs
from tf_landmarks.detection import results
from tf_landmarks.detection import tables

POINTS = np.array([[1.5, 2.25], [-3.0, 4.126], [50.0, 60.0]], np.float32)
CONFIDENCE = np.array([0.25, 1.0, 0.1], np.float32)


def _detection(name="clip.mp4", number=0, shift=0.0):
    frame = inputs.Frame(name, number, np.zeros((48, 64, 3), np.uint8))
    box = (0.0, -8.0, 64.0, 64.0)
    return results.Detection(frame, box, POINTS + shift, CONFIDENCE)


def _write(writer, *detections):
    with writer:
        for detection in detections:
            writer.add(detection)


def test_coco_says_everything_of_a_frame(tmp_path):
    writer = tables.CocoFile(tmp_path, tiny_runs.SKELETON, is_video=True)
    _write(writer, _detection(), _detection(number=1, shift=10))
    content = json.loads((tmp_path / "detections.json").read_text())
    assert content["categories"] == [tiny_runs.SKELETON.to_coco()]
    assert content["images"][1] == {
        "id": 1,
        "file_name": "clip.mp4",
        "width": 64,
        "height": 48,
        "frame": 1,
    }
    first, second = content["annotations"]
    assert first["keypoints"] == [1.5, 2.25, 2, -3.0, 4.13, 2, 50.0, 60.0, 2]
    assert first["confidence"] == pytest.approx([0.25, 1.0, 0.1])
    assert first["bbox"] == [0, -8, 64, 64]
    assert second["image_id"] == 1
    assert second["keypoints"][:2] == [11.5, 12.25]


def test_prepare_reads_what_detect_writes(tmp_path):
    writer = tables.CocoFile(tmp_path, tiny_runs.SKELETON, is_video=True)
    _write(writer, *(_detection(number=i, shift=i) for i in range(3)))
    labels = annotations.read_labels(
        str(tmp_path / "detections.json"), tiny_runs.SKELETON
    )
    label = labels[coco.FrameKey("clip.mp4", 2)]
    np.testing.assert_allclose(label.keypoints, POINTS + 2, atol=0.005)
    assert label.box == (0, -8, 64, 64)


def test_images_have_no_frame_number(tmp_path):
    writer = tables.CocoFile(tmp_path, tiny_runs.SKELETON, is_video=False)
    _write(writer, _detection("a.jpg"), _detection("b.jpg", 1))
    content = json.loads((tmp_path / "detections.json").read_text())
    assert [set(i) & {"frame"} for i in content["images"]] == [set()] * 2


def test_csv_has_a_line_for_each_landmark(tmp_path):
    writer = tables.CsvFile(tmp_path, tiny_runs.SKELETON)
    _write(writer, _detection("a, b.jpg"), _detection("c.jpg", 1))
    with open(tmp_path / "detections.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["landmark"] for row in rows] == [
        *tiny_runs.SKELETON.landmarks
    ] * 2
    assert rows[0] == {
        "image": "a, b.jpg",
        "frame": "0",
        "landmark": "head",
        "x": "1.50",
        "y": "2.25",
        "confidence": "0.2500",
    }
    assert (rows[5]["image"], rows[5]["frame"]) == ("c.jpg", "1")
