import numpy as np
import pytest

from tests.data import made_files
from tf_landmarks import errors
from tf_landmarks.data import clips
from tf_landmarks.data.sources import video

_SIZE = 16


@pytest.fixture
def folder(tmp_path):
    """Clips a.mp4 and b, test clips c.mp4 and d, and poses."""
    for name in ("frames", "test"):
        (tmp_path / name).mkdir()
    made_files.write_video(tmp_path / "frames" / "a.mp4", 6)
    made_files.write_images(tmp_path / "frames" / "b", 4)
    made_files.write_video(tmp_path / "test" / "c.mp4", 6)
    made_files.write_images(tmp_path / "test" / "d", 4)
    made_files.write_json(
        tmp_path / "poses.json", made_files.coco([made_files.pose()] * 3)
    )
    return tmp_path


def _source(folder, skip=False, views=0, **paths):
    paths = {name: str(folder / path) for name, path in paths.items()}
    return video.source(
        video.Paths(
            str(folder / "frames"), str(folder / "poses.json"), **paths
        ),
        _SIZE,
        video.Views(views),
        clips.BadFiles(skip),
    )


def _write(folder, name, images, annotations):
    made_files.write_json(
        folder / name, made_files.coco(annotations, list(images))
    )


def _frames(source, split="train"):
    return {clip.name: list(clip.frames()) for clip in source.clips[split]}


def test_frames_without_boxes_are_padded_to_squares(folder):
    source = _source(folder)
    assert source.skeleton.num_landmarks == 3
    assert set(source.clips) == {"train"} and source.labels is None
    frames = _frames(source)
    assert {name: len(f) for name, f in frames.items()} == {"a.mp4": 6, "b": 4}
    assert [clip.length for clip in source.clips["train"]] == [6, 4]
    for frame in frames["a.mp4"] + frames["b"]:
        assert frame.box == (0, -8, 64, 64)
        assert frame.keypoints is None


def test_boxes_belong_to_a_frame_or_to_a_whole_clip(folder):
    images = [
        {"id": 1, "file_name": "a.mp4", "frame": 2},
        {"id": 2, "file_name": "a.mp4", "frame": 4},
        {"id": 3, "file_name": "b"},
        {"id": 4, "file_name": "b/1.png"},
    ]
    boxes = [[0, 0, 10, 20], [1, 2, 8, 8], [5, 5, 30, 30], [6, 6, 20, 20]]
    annotations = [
        {"image_id": i, "bbox": box} for i, box in enumerate(boxes, start=1)
    ]
    _write(folder, "boxes.json", images, annotations)
    frames = _frames(_source(folder, boxes="boxes.json"))
    assert {f.number: f.box for f in frames["a.mp4"]} == {
        2: (-5, 0, 20, 20),  # the short side grown
        4: (1, 2, 8, 8),
    }
    assert [f.box[0] for f in frames["b"]] == [5, 6, 5, 5]


def test_labels_select_the_frames_and_may_crop_them(folder):
    images = [
        {"id": 1, "file_name": "c.mp4", "frame": 3},
        {"id": 2, "file_name": "d/2.png"},
    ]
    annotations = [
        made_files.pose(1),
        made_files.pose(2, shift=1, bbox=[10, 0, 40, 40]),
    ]
    _write(folder, "labels.json", images, annotations)
    source = _source(folder, test_frames="test", test_labels="labels.json")
    assert source.labels == "labels"
    frames = _frames(source, "test")
    (in_video,), (in_folder,) = frames["c.mp4"], frames["d"]
    assert (in_video.number, in_video.box) == (3, (0, -8, 64, 64))
    assert (in_folder.number, in_folder.box) == (2, (10, 0, 40, 40))
    np.testing.assert_array_equal(
        in_folder.keypoints, [[31, 10], [41, 30], [21, 30]]
    )
    np.testing.assert_array_equal(in_folder.visibility, [2, 2, 2])


def test_test_clips_without_labels_are_whole(folder):
    source = _source(folder, test_frames="test")
    assert source.labels is None
    assert {n: len(f) for n, f in _frames(source, "test").items()} == {
        "c.mp4": 6,
        "d": 4,
    }


@pytest.mark.parametrize(
    "image, message",
    [
        ({"file_name": "d/9.png"}, "names d/9.png, which is not in"),
        ({"file_name": "e.mp4", "frame": 0}, "names e.mp4, which is not in"),
        ({"file_name": "c.mp4"}, "c.mp4 has no `frame`"),
        ({"file_name": "d"}, "names d, which is not a frame of a clip"),
        ({"file_name": "d/deep/0.png"}, "d/deep/0.png, which is not a frame"),
        ({"file_name": "d/notes.txt"}, "d/notes.txt, which is not a frame"),
        ({"file_name": "../poses.json"}, "which is not a frame of a clip"),
        ({"file_name": "c.mp4", "frame": 6}, "labels frame 6 of .*c.mp4"),
    ],
)
def test_labels_of_what_is_not_there_are_named(folder, image, message):
    made_files.write_images(folder / "test" / "d" / "deep", 1)
    (folder / "test" / "d" / "notes.txt").touch()
    _write(folder, "labels.json", [{"id": 1, **image}], [made_files.pose()])
    with pytest.raises(errors.UserError, match=message):
        source = _source(folder, test_frames="test", test_labels="labels.json")
        _frames(source, "test")


def test_boxes_of_what_is_not_there_are_named(folder):
    images = [{"id": 1, "file_name": "z.mp4"}]
    annotations = [{"image_id": 1, "bbox": [0, 0, 5, 5]}]
    _write(folder, "boxes.json", images, annotations)
    with pytest.raises(errors.UserError, match=r"boxes\.json names z\.mp4"):
        _source(folder, boxes="boxes.json")


def test_what_is_no_video_is_named_or_skipped(folder):
    (folder / "frames" / "notes.mp4").write_bytes(b"no video")
    with pytest.raises(errors.UserError, match=r"notes\.mp4.*--skip_bad"):
        _source(folder)
    assert set(_frames(_source(folder, skip=True))) == {"a.mp4", "b"}


def test_a_frame_may_be_named_from_where_one_stands(folder):
    images = [{"id": 1, "file_name": "./d/1.png"}]
    _write(folder, "labels.json", images, [made_files.pose()])
    source = _source(folder, test_frames="test", test_labels="labels.json")
    assert [f.number for f in _frames(source, "test")["d"]] == [1]


def test_3d_poses_that_no_camera_can_see_are_named(folder):
    annotations = [{"image_id": 1, "keypoints_3d": [1.0] * 9}]
    _write(folder, "poses.json", [{"id": 1}], annotations)
    with pytest.raises(errors.UserError, match=r"poses\.json: .* single point"):
        _source(folder, views=20)


def test_3d_poses_are_seen_by_cameras(folder):
    rng = np.random.default_rng(0)
    annotations = [{"image_id": 1, "keypoints_3d": rng.normal(size=9).tolist()}]
    _write(folder, "poses.json", [{"id": 1}], annotations)
    poses = _source(folder, views=20).poses["train"]
    assert poses.keypoints.shape == (20, 3, 2)
    again = _source(folder, views=20).poses["train"]
    np.testing.assert_array_equal(poses.keypoints, again.keypoints)
