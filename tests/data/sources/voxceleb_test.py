import shutil

import av
import numpy as np
import pytest
from PIL import Image

from tests.data import made_files
from tests.data import true_faces
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import images
from tf_landmarks.data import pseudo_labels
from tf_landmarks.data import pts
from tf_landmarks.data import writing
from tf_landmarks.data.sources import voxceleb

_SIZE = 64


@pytest.fixture
def folder(tmp_path):
    """Frames of two identities as VoxCeleb1 has them, videos as VoxCeleb2."""
    root = tmp_path / "vox"
    made_files.write_images(root / "Ann_A/1.6/v1", 3)
    made_files.write_images(root / "Ann_A/1.6/v2", 1)
    made_files.write_images(root / "Bob_B/1.6/v1", 3)
    made_files.write_video(root / "id00012/21Uxsk56VDQ/00001.mp4", 12)
    made_files.write_video(root / "id00013/00zabcdefgh/00001.mp4", 12)
    (root / "vox1_meta.csv").write_text("VoxCeleb1 ID")
    return root


def _source(folder, skip=False):
    return voxceleb.source(str(folder), clips.BadFiles(skip))


def _prior(folder, skip=False):
    return voxceleb.prior(str(folder), _SIZE, clips.BadFiles(skip))[1]


def _numbers(source):
    return {
        clip.name: [frame.number for frame in clip.frames()]
        for clip in source.clips["train"]
    }


def _face(side: float = 20.0) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, side, (68, 2)) + 10


def _write_points(folder, points=None):
    """Beside two of the three frames of Bob, who gives landmarks."""
    for number in (0, 2):
        path = folder / f"Bob_B/1.6/v1/{number}.pts"
        made_files.write_pts(path, _face() if points is None else points)
    return folder / "Bob_B/1.6/v1"


def test_every_second_identity_gives_images(folder):
    source = _source(folder)
    assert source.skeleton == skeletons.IBUG_68
    assert source.labels is None and not source.poses
    assert _numbers(source) == {
        "Ann_A/1.6/v1": [0, 1, 2],  # v2 is one image, no pair
        "id00012/21Uxsk56VDQ/00001.mp4": [0, 5, 10],
    }
    assert source.clips["train"][0].length == 3
    frame = next(source.clips["train"][0].frames())
    assert frame.box == (0, -8, 64, 64)  # the whole frame, 64 x 48
    assert frame.keypoints is None


def test_points_beside_the_frames_of_the_others_are_the_prior(folder):
    track = _write_points(folder)
    made_files.write_pts(folder / "Ann_A/1.6/v1/0.pts", _face(2))  # not read
    poses = _prior(folder)
    assert poses.keypoints.shape == (2, 68, 2)
    assert poses.keypoints.dtype == poses.boxes.dtype == np.float32
    assert poses.left_out == 0
    np.testing.assert_array_equal(poses.boxes, [[0, -8, 64, 64]] * 2)
    # The crop is the frame itself, 8 rows further down: pixel i of 64 is at
    # -1 + 2 i / 63.
    pixels = pts.read(track / "0.pts", 68) + np.array([0, 8])
    np.testing.assert_allclose(
        poses.keypoints[0], -1 + 2 * pixels / 63, atol=1e-6
    )


def test_faces_that_leave_the_frame_are_left_out_and_counted(folder):
    track = _write_points(folder)
    made_files.write_pts(track / "2.pts", _face() - [12, 0])
    poses = _prior(folder)
    assert len(poses.keypoints) == 1
    assert poses.left_out == 1
    assert poses.first_left_out == f"{track / '2.png'}, frame 2"


def test_images_and_prior_are_prepared(folder, tmp_path):
    _write_points(folder)
    source = _source(folder)._replace(poses={"train": _prior(folder)})
    info = writing.write(
        source, str(tmp_path / "out"), _SIZE, clips.BadFiles(False)
    ).info
    train = info.splits["train"]
    assert (train.clips, train.frames, train.poses) == (2, 6, 2)


def _true_crop(name: str) -> tuple[Image.Image, np.ndarray]:
    """A face as VoxCeleb crops it, 256 pixels, and its true landmarks."""
    image_path, points_path = true_faces.fetch()[name]
    face = pts.read(points_path, 68)
    low, high = face.min(axis=0), face.max(axis=0)
    side = int(1.6 * (high - low).max())
    x, y = ((low + high - side) / 2).astype(int)
    image = Image.fromarray(images.read_image(image_path))
    crop = image.crop((x, y, x + side, y + side)).resize((256, 256))
    return crop, (face + 0.5 - [x, y]) * 256 / side - 0.5


def _write_still_video(path, image: Image.Image, count: int) -> None:
    path.parent.mkdir(parents=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        (stream.width, stream.height), stream.pix_fmt = image.size, "yuv420p"
        stream.bit_rate = 4_000_000
        for _ in range(count):
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())


def test_true_faces_are_labelled_by_dlib(tmp_path):
    """One as a frame, one as a video; what is no face is left out."""
    root = tmp_path / "vox"
    einstein, takeo = map(_true_crop, ("einstein", "takeo"))
    made_files.write_images(root / "b/v/t", 1)
    einstein[0].save(root / "b/v/t/1.jpg")
    _write_still_video(root / "d/v/00001.mp4", takeo[0], 30)
    for of_images in ("a", "c"):
        made_files.write_images(root / of_images / "v/t", 2)
    poses = _prior(root).keypoints
    assert len(poses) == 3  # one frame of b, 0 and 25 of d
    for pose, (_, truth) in zip(poses, (einstein, takeo, takeo), strict=True):
        found = ((pose + 1) / 2 * (_SIZE - 1) + 0.5) / _SIZE * 256 - 0.5
        eyes = truth[list(skeletons.IBUG_68.outer_eye_corners)]
        distance = np.linalg.norm(found - truth, axis=1).mean()
        assert distance < 0.1 * np.linalg.norm(eyes[0] - eyes[1])


def test_a_bad_first_image_is_told_before_any_is_read(folder):
    (folder / "Ann_A/1.6/v1/0.png").write_bytes(b"no image")
    with pytest.raises(errors.UserError, match=r"Ann_A.*0\.png: cannot be"):
        _source(folder)
    source = _source(folder, skip=True)
    assert _numbers(source)["Ann_A/1.6/v1"] == [1, 2]


def test_tracks_are_opened_before_landmarks_are_looked_for(folder, monkeypatch):
    monkeypatch.setattr(pseudo_labels, "Dlib", lambda: pytest.fail("too late"))
    (folder / "id00013/00zabcdefgh/00001.mp4").write_bytes(b"no video")
    with pytest.raises(
        errors.UserError, match=r"00zabcdefgh/00001\.mp4: cannot be read"
    ):
        _prior(folder)


def test_all_identities_give_images_where_others_give_landmarks(folder):
    def read():
        return voxceleb.source(str(folder), clips.BadFiles(False), halved=False)

    assert {name.partition("/")[0] for name in _numbers(read())} == {
        *("Ann_A", "Bob_B", "id00012", "id00013")
    }
    description = read().description
    assert description["images"] == "VoxCeleb, each identity"
    assert description["identities"] == 4
    assert "every second" in _source(folder).description["images"]
    for name in ("Bob_B", "id00012", "id00013"):
        shutil.rmtree(folder / name)
    assert read().description["identities"] == 1


def test_frames_without_faces_are_no_prior(folder):
    with pytest.raises(
        errors.UserError,
        match=r"no landmarks by dlib of Bob_B, id00013, .* 0 faces, 4 frames",
    ):
        _prior(folder)


@pytest.mark.parametrize("read", [_source, _prior])
def test_a_missing_folder_is_named(tmp_path, read):
    with pytest.raises(errors.UserError, match="dev: no such folder; give Vox"):
        read(tmp_path / "dev")


@pytest.mark.parametrize("read", [_source, _prior])
def test_one_identity_is_too_few(folder, read):
    shutil.rmtree(folder / "Bob_B")
    shutil.rmtree(folder / "id00012")
    shutil.rmtree(folder / "id00013")
    with pytest.raises(errors.UserError, match="vox: holds 1 folders, and"):
        read(folder)


def test_a_folder_above_the_identities_is_named(folder, tmp_path):
    for name in ("dev", "test"):
        shutil.copytree(folder, tmp_path / "vox2" / name / "mp4")
    with pytest.raises(
        errors.UserError, match=r"lies deeper than identity/video/track .*vox2;"
    ):
        _source(tmp_path / "vox2")


def test_an_identity_without_tracks_is_named_or_left_out(folder):
    shutil.rmtree(folder / "Ann_A")
    (folder / "Ann_A").mkdir()
    (folder / "Ann_A/readme.txt").touch()
    with pytest.raises(
        errors.UserError, match="Ann_A: there is neither a video nor an image"
    ):
        _source(folder)
    assert list(_numbers(_source(folder, skip=True))) == [
        "id00012/21Uxsk56VDQ/00001.mp4"
    ]


def test_a_video_that_cannot_be_read_is_named(folder):
    _write_points(folder)
    for name in ("id00012/21Uxsk56VDQ", "id00013/00zabcdefgh"):
        (folder / name / "00001.mp4").write_bytes(b"no video")
    with pytest.raises(
        errors.UserError, match=r"56VDQ/00001\.mp4: cannot be read .*--skip"
    ):
        _source(folder)
    assert list(_numbers(_source(folder, skip=True))) == ["Ann_A/1.6/v1"]
    with pytest.raises(
        errors.UserError,
        match=r"00zabcdefgh/00001\.mp4: cannot be .*--skip_bad",
    ):
        _prior(folder)
    assert len(_prior(folder, skip=True).keypoints) == 2


def _points_alone(track):
    made_files.write_pts(track / "7.pts", _face())


def _cut_points(track):
    (track / "2.pts").write_text("version: 1\nn_points: 68\n{\n1 2\n")


def _points_of_5(track):
    made_files.write_pts(track / "2.pts", _face()[:5])


def _cut_image(track):
    (track / "2.png").write_bytes(b"no image")


@pytest.mark.parametrize(
    ("change", "message", "left"),
    [
        (_points_alone, r"7\.pts: there is no image of this name", 2),
        (_cut_points, r"2\.pts: cannot be read as a \.pts file", 1),
        (_points_of_5, r"2\.pts: has 5 points instead of 68", 1),
        (_cut_image, r"2\.png: cannot be read as an image", 1),
    ],
)
def test_a_bad_file_is_named_or_left_out(folder, change, message, left):
    change(_write_points(folder))
    with pytest.raises(errors.UserError, match=f"{message}.*--skip_bad"):
        _prior(folder)
    assert len(_prior(folder, skip=True).keypoints) == left
