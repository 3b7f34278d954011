import numpy as np
import pytest
import scipy.io

from tests.data import made_files
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data.sources import multipie

_SIZE = 64


def _face(width: float = 40.0, height: float = 60.0) -> np.ndarray:
    """68 landmarks whose bounding box begins at 100, 200."""
    face = np.random.default_rng(0).uniform(0, 1, (68, 2))
    face[:2] = [[0, 0], [1, 1]]
    return face * [width, height] + [100, 200]


def _write(folder, view, number, points):
    path = folder / "labels" / view / f"{number:03}_01_01_{view}_05_lm.mat"
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, {"pts": points + 1})
    return path


@pytest.fixture
def folder(tmp_path):
    """MPie_Labels of two faces in front view, and one in profile."""
    root = tmp_path / "MPie_Labels"
    _write(root, "051", 1, _face())
    _write(root, "051", 2, _face(80, 40))
    _write(root, "240", 1, _face()[:39])
    (root / "readme.txt").write_text("markup")
    return root


def _prior(folder, skip=False):
    return multipie.prior(str(folder), _SIZE, clips.BadFiles(skip))


def test_profiles_are_left_out_and_counted(folder):
    skeleton, poses = _prior(folder)
    assert skeleton == skeletons.IBUG_68
    assert poses.keypoints.shape == (2, 68, 2)
    assert poses.left_out == 1


def test_faces_fill_two_thirds_of_the_crop_about_its_middle(folder):
    _, poses = _prior(folder)
    # In shares of the crop, 0 at its first and 1 at its last edge.
    pixels = (poses.keypoints + 1) / 2 * (_SIZE - 1) + 0.5
    shares = pixels / _SIZE
    for face, extent in zip(shares, [(40, 60), (80, 40)], strict=True):
        wanted = np.array(extent) / max(extent) / 1.5
        np.testing.assert_allclose(np.ptp(face, axis=0), wanted)
        middle = (face.min(axis=0) + face.max(axis=0)) / 2
        np.testing.assert_allclose(middle, 0.5)
    # 60 high: a crop of 90 about 120, 230, between edges half a pixel on.
    np.testing.assert_allclose(poses.boxes[0], (75.5, 185.5, 90, 90))


def test_pts_files_are_the_same(folder, tmp_path):
    made_files.write_pts(tmp_path / "pts/051/a.pts", _face())
    made_files.write_pts(tmp_path / "pts/240/b.pts", _face()[:39])
    _, poses = _prior(tmp_path / "pts")
    assert poses.left_out == 1
    np.testing.assert_allclose(
        poses.keypoints, _prior(folder)[1].keypoints[:1], atol=1e-6
    )


def _pts_of_49(folder):
    made_files.write_pts(folder / "labels/051/b.pts", _face()[:49])


def _mat_of_49(folder):
    _write(folder, "051", 3, _face()[:49])


def _text(folder):
    _write(folder, "051", 3, _face()).write_text("1 2\n" * 68)


def _cut(folder):
    path = _write(folder, "051", 3, _face())
    path.write_bytes(path.read_bytes()[:500])


def _other_variable(folder):
    path = folder / "labels/051/003_lm.mat"
    scipy.io.savemat(path, {"points": _face()})


def _strings(folder):
    path = folder / "labels/051/003_lm.mat"
    scipy.io.savemat(path, {"pts": np.full([68, 2], "x")})


def _point(folder):
    _write(folder, "051", 3, np.ones([68, 2]))


def _nan(folder):
    _write(folder, "051", 3, np.full([68, 2], np.nan))


def _far(folder):
    face = _face()
    face[8] = [-1e6, 50]
    _write(folder, "051", 3, face)


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (_pts_of_49, r"b\.pts: has 49 points instead of 68 or 39"),
        (_mat_of_49, r"003_.*_lm\.mat: pts has the shape \(49, 2\), Multi-PIE"),
        (_text, r"003_.*_lm\.mat: cannot be read as a MATLAB file"),
        (_cut, r"003_.*_lm\.mat: cannot be read as a MATLAB file"),
        (_other_variable, r"003_lm\.mat: has no variable pts"),
        (_strings, r"003_lm\.mat: pts has the shape"),
        (_point, r"003_.*_lm\.mat: the landmarks are no face"),
        (_far, r"003_.*_lm\.mat: landmark 9 lies far from all others"),
        (_nan, r"003_.*_lm\.mat: the landmarks are no face"),
    ],
)
def test_a_bad_file_is_named_or_left_out(folder, add, message):
    add(folder)
    with pytest.raises(errors.UserError, match=f"{message}.*--skip_bad"):
        _prior(folder)
    assert len(_prior(folder, skip=True)[1].keypoints) == 2


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(errors.UserError, match="MPie: no such folder; give"):
        _prior(tmp_path / "MPie")


def test_a_folder_without_landmarks_is_named(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(errors.UserError, match="there is no landmark file"):
        _prior(tmp_path)


def test_a_folder_of_profiles_is_named(folder):
    with pytest.raises(errors.UserError, match=r"no face has 68 .* 1 are prof"):
        _prior(folder / "labels/240")
