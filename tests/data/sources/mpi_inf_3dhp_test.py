import numpy as np
import pytest

from tests.data.sources import made_mpi_inf_3dhp
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import joint_maps
from tf_landmarks.data.sources import mpi_inf_3dhp

_SIZE = 32


@pytest.fixture
def folder(tmp_path):
    made_mpi_inf_3dhp.write(tmp_path)
    return tmp_path


def _prior(folder, skip=False):
    return mpi_inf_3dhp.prior(str(folder), _SIZE, clips.BadFiles(skip))


def test_each_fifth_frame_of_the_five_cameras_is_read(folder):
    skeleton, poses = _prior(folder)
    assert skeleton == skeletons.MPI_INF_3DHP
    # 16 sequences, 5 cameras, frames 0, 5 and 10.
    assert poses.keypoints.shape == (16 * 5 * 3, 28, 2)
    assert poses.left_out == 0
    # The square's middle is that of joints 3 and 25: 100 + camera + 14, + 0.5.
    middle = poses.boxes[:, 0] + poses.boxes[:, 2] / 2
    assert sorted(set(middle)) == [114.5, 116.5, 118.5, 121.5, 122.5]


def test_a_pose_fills_three_quarters_of_its_crop(folder):
    _, poses = _prior(folder)
    # Joint 3 is the first that counts, joint 25 the last: 22 pixels apart.
    box = [99.83333, 185.83333, 88 / 3, 88 / 3]
    np.testing.assert_allclose(poses.boxes[0], box, rtol=1e-6)
    # They are 22 of 88/3 pixels apart, 24 of the crop's 32.
    apart = poses.keypoints[0, 25] - poses.keypoints[0, 3]
    np.testing.assert_allclose(apart, [24 * 2 / 31, 0], atol=1e-6)
    middle = (poses.keypoints[0, 25] + poses.keypoints[0, 3]) / 2
    np.testing.assert_allclose(middle, [0, 0], atol=1e-5)


def test_what_counts_for_the_box_is_what_table_1_scores():
    table = joint_maps.find("h36m", "mpi_inf_3dhp")
    scored = [table[name] for name in skeletons.HUMAN36M_17.landmarks]
    index = skeletons.MPI_INF_3DHP.landmarks.index
    assert mpi_inf_3dhp._SCORED == tuple(sorted(map(index, scored)))


def test_cells_belong_to_the_cameras_that_the_file_names(folder):
    for path in folder.glob("S*/Seq*/annot.mat"):
        made_mpi_inf_3dhp.write_sequence(
            path, cameras=np.arange(14)[np.newaxis, ::-1]
        )
    _, poses = _prior(folder)
    middle = poses.boxes[:, 0] + poses.boxes[:, 2] / 2
    assert sorted({13 - (m - 114.5) for m in middle}) == [0, 2, 4, 7, 8]


def test_poses_that_reach_over_the_image_are_left_out_and_counted(folder):
    path = folder / "S1" / "Seq1" / "annot.mat"
    cells = made_mpi_inf_3dhp.write_sequence(path)
    cells[4, 0][5, 7] = 2048.0
    cells[7, 0][0, 6] = -1.0
    cells[7, 0][10, 6] = np.nan
    cells[7, 0][3, 6] = -1.0  # is not read
    made_mpi_inf_3dhp.write_sequence(path, annot2=cells)
    _, poses = _prior(folder)
    assert (len(poses.keypoints), poses.left_out) == (16 * 15 - 3, 3)
    assert poses.first_left_out == f"{path}, camera 4, frame 5"
    assert np.isfinite(poses.keypoints).all()


def test_where_left_and_right_are_exchanged_no_pose_is_read(folder):
    made_mpi_inf_3dhp.write_sequence(
        folder / "S4" / "Seq2" / "annot.mat", count=5860
    )
    _, poses = _prior(folder)
    # 0, 5, ... 3755 and 5855: the 419 between are not read.
    assert len(poses.keypoints) == 15 * 15 + 5 * (752 + 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rows": 10}, r"annot\.mat: annot2\{1\} is 10x56, not 11x56"),
        ({"annot2": np.zeros((11, 56))}, "annot2 is not a cell array"),
        (
            {"cameras": np.zeros((1, 14))},
            r"cameras does not name all of \(0, 2",
        ),
        ({"cameras": np.arange(8.0)[np.newaxis]}, "cameras is 1x8, not 1x14"),
    ],
)
def test_annotations_that_contradict_themselves_are_named(
    folder, changes, message
):
    path = folder / "S2" / "Seq1" / "annot.mat"
    made_mpi_inf_3dhp.write_sequence(path, **changes)
    with pytest.raises(errors.UserError, match=f"S2/Seq1/.*{message}"):
        _prior(folder)
    assert len(_prior(folder, skip=True)[1].keypoints) == 15 * 15


def test_cells_that_are_not_of_14_cameras_are_named(folder):
    path = folder / "S2" / "Seq1" / "annot.mat"
    made_mpi_inf_3dhp.write_sequence(
        path, annot2=made_mpi_inf_3dhp.write_sequence(path)[:13]
    )
    with pytest.raises(errors.UserError, match="annot2 is of 13 cameras"):
        _prior(folder)


def test_an_absent_sequence_is_named(folder):
    (folder / "S3" / "Seq2" / "annot.mat").unlink()
    with pytest.raises(errors.UserError, match=r"S3/Seq2/annot\.mat: "):
        _prior(folder)


def test_a_file_of_the_wrong_kind_is_named(folder):
    (folder / "S8" / "Seq2" / "annot.mat").write_bytes(b"no matrices")
    with pytest.raises(errors.UserError, match=r"S8/Seq2/annot\.mat: cannot"):
        _prior(folder)


@pytest.mark.parametrize("name", ["S1", "misspelt"])
def test_another_folder_is_named(folder, name):
    with pytest.raises(errors.UserError, match="holds none of S1/Seq1 to S8"):
        _prior(folder / name)


def test_without_a_pose_the_folder_is_named(folder):
    for path in folder.glob("S*/Seq*/annot.mat"):
        cells = made_mpi_inf_3dhp.write_sequence(path)
        for cell in cells[:, 0]:
            cell += 5000
        made_mpi_inf_3dhp.write_sequence(path, annot2=cells)
    with pytest.raises(errors.UserError, match="no pose there has all"):
        _prior(folder)
