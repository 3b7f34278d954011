import pytest

from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import joint_maps


@pytest.mark.parametrize("images", ["h36m", "simple_h36m"])
def test_human36m_and_3dhp_have_the_17_joints_of_the_protocol(images):
    table = joint_maps.find(images, "mpi_inf_3dhp")
    ours = skeletons.HUMAN36M.landmarks.index
    theirs = skeletons.MPI_INF_3DHP.landmarks.index
    indices = {ours(old): theirs(new) for old, new in table.items()}
    assert indices == {
        **{11: 4, 1: 23, 2: 24, 3: 25, 6: 18, 7: 19, 8: 20},
        **{12: 3, 13: 5, 14: 6, 15: 7},
        **{17: 9, 18: 10, 19: 11, 25: 14, 26: 15, 27: 16},
    }
    assert set(table) == set(skeletons.HUMAN36M_17.landmarks)


@pytest.mark.parametrize("images", ["voxceleb", "w300"])
def test_faces_have_the_same_68_points(images):
    table = joint_maps.find(images, "multipie")
    assert tuple(table) == skeletons.IBUG_68.landmarks
    assert all(old == new for old, new in table.items())


def test_a_prior_that_does_not_fit_is_told_with_those_that_do():
    with pytest.raises(
        errors.UserError,
        match=r"--prior=multipie does not fit --dataset=h36m: .*mpi_inf_3dhp",
    ):
        joint_maps.find("h36m", "multipie")
    with pytest.raises(errors.UserError, match="drop it"):
        joint_maps.find("penn_action", "multipie")
