import pathlib
import shutil

import numpy as np
import pytest
import scipy.io
from PIL import Image

from tests.data import made_files
from tests.data import true_faces
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import preview
from tf_landmarks.data import pts
from tf_landmarks.data import writing
from tf_landmarks.data.sources import w300

_SIZE = 32
_GROUPS = {
    "afw": ["1_1.jpg", "1_2.jpg", "2_1.jpg"],
    "helen/trainset": ["10_1.jpg", "20_1.jpg"],
    "helen/testset": ["30_1.jpg", "40_1.jpg"],
    "lfpw/trainset": ["image_0001.png"],
    "lfpw/testset": ["image_0002.png"],
    "ibug": ["image_003_1.jpg", "image_092 _01.jpg", "2007_1.jpg"],
}


def _face(x: float = 30.0, y: float = 10.0) -> np.ndarray:
    """Landmarks whose bounding box is 21 x 17, its first corner at x, y."""
    face = np.stack([np.arange(68) % 22, np.arange(68) % 18], axis=1)
    return face + np.array([x, y])


def _write_boxes(folder: pathlib.Path, group: str, boxes: dict) -> None:
    """As 300-W has them: a cell array of structs."""
    cells = np.empty([1, len(boxes)], object)
    for i, (name, box) in enumerate(boxes.items()):
        cells[0, i] = {
            "imgName": name,
            "bb_detector": np.zeros([1, 4]),
            "bb_ground_truth": np.array([box], np.float64),
        }
    path = folder / "Bounding Boxes"
    path.mkdir(exist_ok=True)
    name = f"bounding_boxes_{group.replace('/', '_')}.mat"
    scipy.io.savemat(path / name, {"bounding_boxes": cells})


@pytest.fixture
def folder(tmp_path):
    """A small 300-W. Its boxes are tight, and count pixels from 1."""
    root = tmp_path / "300w"
    for group, names in _GROUPS.items():
        for name in names:
            path = root / group / name
            made_files.write_pts(path.with_suffix(".pts"), _face())
            Image.fromarray(made_files.frame(0)).save(path)
        boxes = dict.fromkeys(names, (31, 11, 52, 28))
        if group == "ibug":
            boxes["not_there.jpg"] = (1, 1, 9, 9)
        _write_boxes(root, group, boxes)
    return root


def _source(folder, skip=False, **options):
    return w300.source(str(folder), clips.BadFiles(skip), **options)


def _frames(source, split):
    return {clip.name: list(clip.frames()) for clip in source.clips[split]}


def test_the_groups_are_the_clips_of_two_splits(folder):
    source = _source(folder)
    assert source.skeleton == skeletons.IBUG_68
    assert source.labels == "labels" and not source.poses
    assert {n: len(f) for n, f in _frames(source, "labelled").items()} == {
        "train/afw": 3,
        "train/lfpw": 1,
        "train/helen": 2,
    }
    test = _frames(source, "test")
    assert {name: len(frames) for name, frames in test.items()} == {
        "common/lfpw": 1,
        "common/helen": 2,
        "challenging/ibug": 2,  # those whose name starts with image
    }
    assert [frame.number for frame in test["challenging/ibug"]] == [0, 1]
    assert source.description["images"]["ibug"] == 2


@pytest.mark.parametrize("renamed", [".jpg", ".pts"])
def test_a_blank_in_a_name_may_have_been_lost(folder, renamed):
    path = folder / f"ibug/image_092 _01{renamed}"
    path.rename(folder / f"ibug/image_092_01{renamed}")
    assert len(_frames(_source(folder), "test")["challenging/ibug"]) == 2


def test_a_frame_has_its_landmarks_and_a_crop_of_its_box(folder):
    frame = _frames(_source(folder), "test")["common/helen"][0]
    assert frame.image.shape == (48, 64, 3)
    np.testing.assert_allclose(frame.keypoints, _face(), atol=1e-6)
    np.testing.assert_array_equal(frame.visibility, np.full(68, 2))
    # From 0, centres lie at 30 to 51 and 10 to 27: a square of 21 about
    # 41, 19 in edges.
    np.testing.assert_allclose(frame.box, (25.25, 3.25, 31.5, 31.5))
    wide = _frames(_source(folder, face_crop=2.0), "test")["common/helen"][0]
    np.testing.assert_allclose(wide.box, (20, -2, 42, 42))


def test_the_prior_are_the_landmarks_of_the_training_set(folder):
    for name in ("20_1", "10_1"):
        made_files.write_pts(
            folder / f"helen/testset/{name}.pts", _face()
        )  # not read: it has no image, and is of the test set
    skeleton, poses = w300.prior(str(folder), _SIZE, clips.BadFiles(False))
    assert skeleton == skeletons.IBUG_68
    assert poses.keypoints.shape == (6, 68, 2)
    # 21 of a crop of 31.5: two thirds of [-1, 1], between edges.
    extent = np.ptp(poses.keypoints[0], axis=0)
    np.testing.assert_allclose(
        extent, np.array([21, 17]) / 31.5 * 2 * _SIZE / (_SIZE - 1), atol=1e-6
    )


def test_a_copy_that_is_not_whole_is_told(folder, caplog):
    _source(folder)
    assert "helen/testset: 2 images, 300-W has 330" in caplog.text
    assert "ibug: 2 images, 300-W has 135" in caplog.text


def test_it_is_prepared_without_anything_to_train_on(folder, tmp_path):
    bad_files = clips.BadFiles(False)
    _, poses = w300.prior(str(folder), _SIZE, bad_files)
    source = _source(folder)._replace(poses={"train": poses})
    written = writing.write(source, str(tmp_path / "out"), _SIZE, bad_files)
    assert set(written.info.splits) == {"labelled", "test"}
    assert set(written.crops) == {
        "labels of labelled crops",
        "labels of test crops",
    }
    picture = preview.render(str(tmp_path / "out"), written.info)
    assert picture.size[1] == 4 * 160  # two rows of each split


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (".", "300w: no such folder; give the folder of 300-W"),
        ("helen/testset", "300w: of 300-W helen/testset is missing"),
        ("helen", "of 300-W helen/trainset, helen/testset is missing"),
        ("ibug", "300w: of 300-W ibug is missing"),
        ("Bounding Boxes", "of 300-W Bounding Boxes/bounding_boxes_afw.mat"),
    ],
)
def test_a_missing_folder_is_named(folder, missing, message):
    shutil.rmtree(folder / missing)
    with pytest.raises(errors.UserError, match=message):
        _source(folder)


def test_a_folder_without_images_is_named(folder):
    for image in (folder / "ibug").iterdir():
        image.unlink()
    with pytest.raises(errors.UserError, match="any image in ibug is missing"):
        _source(folder)


def _break(path, content=b"broken"):
    path.write_bytes(content)


def _write_text(path):
    _break(path, b"1 2\n" * 68)


def _write_49(path):
    made_files.write_pts(path, _face()[:49])


def _write_elsewhere(path):
    made_files.write_pts(path, _face(x=200))


def _remove(path):
    path.unlink()


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("10_1.jpg", _remove, r"10_1: there is no image .* add it"),
        ("10_1.pts", _remove, r"10_1: there is no \.pts file of this name"),
        ("10_1.pts", _write_text, r"10_1\.pts: cannot be read as a \.pts file"),
        ("10_1.pts", _break, r"10_1\.pts: cannot be read as a \.pts file"),
        ("10_1.pts", _write_49, r"10_1\.pts: has 49 points instead of 68"),
        ("10_1.pts", _write_elsewhere, r"10_1\.pts: .* not in the image's box"),
        ("10_1.jpg", _break, r"10_1\.jpg: cannot be read as an image"),
    ],
)
def test_a_bad_file_is_named_or_left_out(folder, file, change, message):
    change(folder / "helen/trainset" / file)
    with pytest.raises(errors.UserError, match=f"{message}.*--skip_bad"):
        _frames(_source(folder), "labelled")
    frames = _frames(_source(folder, skip=True), "labelled")
    assert len(frames["train/helen"]) == 1


def test_an_image_without_a_box_is_named(folder):
    _write_boxes(folder, "afw", {"1_1.jpg": (31, 11, 52, 28)})
    with pytest.raises(
        errors.UserError, match=r"1_2: there is no box in Bounding Boxes/bound"
    ):
        _source(folder)


@pytest.mark.parametrize("shift", [-20, 40])
def test_landmarks_outside_of_the_image_are_named(folder, shift):
    points = folder / "helen/trainset/10_1.pts"
    made_files.write_pts(points, _face(shift, shift))
    box = (shift + 1, shift + 1, shift + 22, shift + 18)
    _write_boxes(
        folder,
        "helen/trainset",
        {"10_1.jpg": box, "20_1.jpg": (31, 11, 52, 28)},
    )
    with pytest.raises(
        errors.UserError, match=r"10_1\.pts: .* outside of 10_1\.jpg, which has"
    ):
        _frames(_source(folder), "labelled")


def test_faces_that_the_image_cuts_are_kept(folder):
    points = folder / "helen/trainset/10_1.pts"
    made_files.write_pts(points, _face(-4, 30))  # a quarter of 21 is 5.25
    _write_boxes(
        folder,
        "helen/trainset",
        {"10_1.jpg": (-3, 31, 18, 48), "20_1.jpg": (31, 11, 52, 28)},
    )
    assert len(_frames(_source(folder), "labelled")["train/helen"]) == 2


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: path.write_bytes(b"PK\3\4" * 99), "cannot be read as a"),
        (
            lambda path: scipy.io.savemat(path, {"boxes": 1}),
            "has no variable bounding_boxes",
        ),
        (
            lambda path: scipy.io.savemat(path, {"bounding_boxes": np.eye(4)}),
            "not 300-W's boxes, a cell array of structs with imgName",
        ),
    ],
)
def test_boxes_that_cannot_be_read_are_named(folder, write, message):
    write(folder / "Bounding Boxes/bounding_boxes_ibug.mat")
    with pytest.raises(
        errors.UserError, match=f"bounding_boxes_ibug.mat: {message}"
    ):
        _source(folder)


def test_a_training_set_without_landmarks_is_named(folder):
    for group in ("afw", "helen/trainset", "lfpw/trainset"):
        for path in (folder / group).glob("*.pts"):
            path.unlink()
    with pytest.raises(errors.UserError, match="training set has no landmarks"):
        w300.prior(str(folder), _SIZE, clips.BadFiles(skip=True))


def test_true_samples_are_read():
    for image_path, points_path in true_faces.fetch().values():
        face = pts.read(points_path, 68)
        with Image.open(image_path) as image:
            assert (face > 0).all() and (face < image.size).all()
        corners = face[list(skeletons.IBUG_68.outer_eye_corners)]
        mouth, chin = face[48:].mean(axis=0), face[8]
        # The person's right is the picture's left, and y points down.
        assert corners[1, 0] < mouth[0] < corners[0, 0]
        assert corners[:, 1].max() < mouth[1] < chin[1]


def test_true_faces_are_in_the_middle_of_their_crops(folder):
    """Boxes as 300-W's are: tight."""
    (folder / "ibug/image_092 _01.jpg").unlink()
    (folder / "ibug/image_092 _01.pts").unlink()
    image_path, points_path = true_faces.fetch()["einstein"]
    shutil.copy(image_path, folder / "ibug/image_003_1.jpg")
    shutil.copy(points_path, folder / "ibug/image_003_1.pts")
    face = pts.read(points_path, 68) + 1
    box = (*face.min(axis=0), *face.max(axis=0))
    _write_boxes(folder, "ibug", {"image_003_1.jpg": box})
    (frame,) = _frames(_source(folder), "test")["challenging/ibug"]
    assert frame.image.shape == (1024, 817, 3)
    shares = (frame.keypoints + 0.5 - frame.box[:2]) / frame.box[2]
    low, high = shares.min(axis=0), shares.max(axis=0)
    np.testing.assert_allclose((low + high) / 2, 0.5)
    np.testing.assert_allclose((high - low).max(), 2 / 3)
