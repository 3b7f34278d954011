"""The paper's data and trainings: datasets that others own, 128 pixels.

The recipes are flags/experiments/h36m.flags and simple_h36m.flags, which
`train` reads of --dataset, and table3_paper.flags.
"""

from tf_landmarks import skeletons
from tf_landmarks.reproduction import tables

TIMES = (
    "None of it has been run. An update of our model's stage 2 is 1.66 TFLOP "
    "(docs/performance.md): at 10 TFLOP/s sustained, 3,000,000 of people take "
    "5.8 days and 300,000 of faces 14 hours. Stage 1 is not in it, and a "
    "second cycle makes it longer."
)

_SIZE = "--image_size=128"
_OF_FACES = (
    "--dataset=voxceleb",
    "--flagfile=flags/experiments/table3_paper.flags",
)


def _data(
    name: str,
    skeleton: skeletons.Skeleton,
    *flags: str,
    source: str = "",
    prior: str = "",
) -> tables.Data:
    source = source or name
    if prior:
        flags = (*flags, f"--prior={prior}")
    return tables.Data(
        name,
        (f"--dataset={source}", _SIZE, *flags),
        skeleton,
        {"source": source} | ({"prior_source": prior} if prior else {}),
    )


_H36M = _data("h36m", skeletons.HUMAN36M)
_H36M_LABELLED = _data(
    "h36m_labelled", skeletons.HUMAN36M, "--labelled", source="h36m"
)
_H36M_3DHP = _data(
    "h36m_mpi_inf_3dhp",
    skeletons.MPI_INF_3DHP,
    source="h36m",
    prior="mpi_inf_3dhp",
)
_SIMPLE_H36M = _data("simple_h36m", skeletons.HUMAN36M)
_VOXCELEB = _data("voxceleb", skeletons.IBUG_68)
W300 = _data("w300", skeletons.IBUG_68)


def _voxceleb_multipie(poses: int | None) -> tables.Data:
    count = (f"--prior_size={poses}",) if poses else ()
    return _data(
        f"voxceleb_multipie_{poses}" if poses else "voxceleb_multipie",
        skeletons.IBUG_68,
        *count,
        source="voxceleb",
        prior="multipie",
    )


def supervised(method: str) -> tables.Training:
    """Of table 1: "hourglass" or "supervised"."""
    return tables.Training(
        f"table1_paper/{method}",
        _H36M_LABELLED,
        ("--dataset=h36m",),
        (f"--method={method}",),
    )


def h36m() -> tables.Training:
    """Of table 1: images and skeletons of Human3.6M."""
    return _alone("table1_paper/h36m", _H36M, "--dataset=h36m")


def h36m_mpi_inf_3dhp() -> tables.Training:
    """Of table 1: skeletons of MPI-INF-3DHP, networks of appendix F."""
    return _alone(
        "table1_paper/mpi_inf_3dhp",
        _H36M_3DHP,
        "--dataset=h36m",
        "--concatenate_skips",  # figs. 22 and 23
        "--mask_by_limbs",
    )


def simple_h36m(method: str) -> tables.Training:
    """Of table 5, and our model of table 2."""
    return tables.Training(
        f"table5_paper/humans_{method}",
        _SIMPLE_H36M,
        ("--dataset=simple_h36m",),
        (f"--method={method}",),
        "table5_paper/humans_stage_1",
    )


def voxceleb() -> tables.Training:
    """Of table 3: images and landmarks of VoxCeleb."""
    return _alone("table3_paper/voxceleb", _VOXCELEB, *_OF_FACES)


def voxceleb_multipie(method: str) -> tables.Training:
    """Of table 5, and our model of tables 3 and 4."""
    return tables.Training(
        f"table5_paper/faces_{method}",
        _voxceleb_multipie(None),
        _OF_FACES,
        (f"--method={method}",),
        "table5_paper/faces_stage_1",
    )


def fewer_poses(count: int) -> tables.Training:
    """Of table 4."""
    return _alone(
        f"table4_paper/{count}_annotations",
        _voxceleb_multipie(count),
        *_OF_FACES,
    )


def _alone(folder: str, data: tables.Data, *flags: str) -> tables.Training:
    """Our model, with a stage 1 that is nobody else's."""
    return tables.Training(folder, data, flags, ("--method=ours",), folder)
