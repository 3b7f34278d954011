import numpy as np
import pytest

from tests.data.sources import made_human36m
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.data import clips
from tf_landmarks.data import importing

_POSES = clips.Poses(np.zeros([2, 28, 2]), np.ones([2, 4]))


@pytest.fixture(autouse=True)
def _datasets_of_one_kind(monkeypatch):
    """`mpi_inf_3dhp` as one that has poses only; `frames_only` has none."""

    def prior(folder, image_size, bad_files):
        assert (folder, image_size) == ("3dhp", 16)
        return skeletons.MPI_INF_3DHP, _POSES

    made = {
        "mpi_inf_3dhp": importing.Importer(None, prior),
        "frames_only": importing.IMPORTERS["simple_h36m"]._replace(prior=None),
    }
    for name, importer in made.items():
        monkeypatch.setitem(importing.IMPORTERS, name, importer)


def _source(*order):
    return importing.source(
        importing.Order(*order), 16, clips.BadFiles(skip=False)
    )


@pytest.fixture
def folder(tmp_path):
    made_human36m.write_simple(tmp_path)
    return str(tmp_path)


def test_the_prior_is_the_images_own_unless_another_is_named(folder):
    source = _source("simple_h36m", folder)
    assert source.skeleton == skeletons.HUMAN36M
    assert source.poses["train"].keypoints.shape == (72, 32, 2)
    again = _source("simple_h36m", folder, "simple_h36m", folder)
    assert again.skeleton == skeletons.HUMAN36M
    np.testing.assert_array_equal(
        again.poses["train"].keypoints, source.poses["train"].keypoints
    )


def test_another_datasets_prior_replaces_skeleton_and_labels(folder):
    source = _source("simple_h36m", folder, "mpi_inf_3dhp", "3dhp")
    assert source.skeleton == skeletons.MPI_INF_3DHP
    assert source.poses["train"] is _POSES
    assert source.description["prior"] == {
        "name": "mpi_inf_3dhp",
        "folder": "3dhp",
    }
    frame = next(source.clips["test"][0].frames())
    assert frame.visibility.sum() == 2 * 17
    # Joint 7, the top of the head, is Human3.6M's joint 15: column
    # 0.25 + 15 / 31 / 2 of 32 pixels, row 0.1.
    np.testing.assert_allclose(
        frame.keypoints[7], [7.5 + 16 * 15 / 31, 2.7], rtol=1e-6
    )
    assert next(source.clips["train"][0].frames()).keypoints is None


def test_images_are_halved_only_where_the_poses_are_of_the_other_half(folder):
    own = _source("simple_h36m", folder)
    others = _source("simple_h36m", folder, "mpi_inf_3dhp", "3dhp")
    numbers = {
        source.description["images"]: [
            frame.number for frame in source.clips["train"][0].frames()
        ]
        for source in (own, others)
    }
    assert numbers == {
        "Simplified Human3.6M, first half of each training sequence": [1, 2],
        "Simplified Human3.6M, the whole of each training sequence": [
            *(1, 2, 3, 4)
        ],
    }


def test_options_reach_the_images(folder):
    kept = _source("simple_h36m", folder, None, None, {"mask": False})
    assert next(kept.clips["train"][0].frames()).image[0].min() > 190


@pytest.mark.parametrize(
    "order, message",
    [
        (("mpi_inf_3dhp", ""), "--dataset=mpi_inf_3dhp has poses only"),
        (("frames_only", ""), "frames_only has no poses .* mpi_inf_3dhp"),
        (
            ("simple_h36m", "", "frames_only", ""),
            "--prior=frames_only does not fit --dataset=simple_h36m",
        ),
        (
            ("simple_h36m", "", "hm36", ""),
            "--prior=hm36 does not fit --dataset=simple_h36m: .*choose mpi_inf",
        ),
        (
            ("h36m", "", "mpi_inf_3dhp", "3dhp", {"labelled": True}),
            "--labelled with --prior=mpi_inf_3dhp: .* drop one",
        ),
    ],
)
def test_what_a_dataset_does_not_have_is_told(folder, order, message):
    dataset, _, *prior = order
    with pytest.raises(errors.UserError, match=message):
        _source(dataset, folder, *prior)
