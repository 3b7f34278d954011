"""Tables 1, 4 and 5 on rendered people, for a machine of two cores.

Tables 4 and 5 have one recipe, flags/experiments/table5_small.flags, so that
their common row, our model with the whole prior, is trained once. The recipes
say why they are as they are.
"""

from tf_landmarks import skeletons
from tf_landmarks.reproduction import tables

_WHOLE_PRIOR = 5_000  # poses of avatars that are small

_TIMES = (
    "On machine C of docs/performance.md an update of our model takes 0.57 s "
    "and stage 1 of 4,000 updates five minutes. Before them the 9,600 frames "
    "of each data set are rendered, in two to four minutes."
)
_TIMES_WITH_LABELS = (
    "On slow cores 3,000 updates of the hourglass took 13 minutes, and of our "
    "networks 33 beside other programs (docs/experiments.md). Before them "
    "17,600 frames are rendered, once, in four to seven minutes."
)

_ERROR = "percent_of_image"
_WITH_FLIPS = "percent_of_image_with_flips"
_OF_IMAGE = (
    tables.Column(_ERROR, (_ERROR,)),
    tables.Column(_WITH_FLIPS, (_WITH_FLIPS,), "paper"),
)


def _avatars(name: str, *flags: str) -> tables.Data:
    return tables.Data(
        name,
        ("--dataset=avatars", "--image_size=64", *flags),
        skeletons.HUMAN36M_19,
    )


def _recipe(name: str) -> tuple[str, ...]:
    return ("--dataset=avatars", f"--flagfile=flags/experiments/{name}.flags")


_AVATARS = _avatars("avatars")
_LABELLED = _avatars("avatars_labelled", "--labelled")


def _with_labels(method: str) -> tables.Training:
    return tables.Training(
        f"table1_small/{method}",
        _LABELLED,
        _recipe("table1_small"),
        (f"--method={method}",),
    )


TABLE_1 = tables.Table(
    1,
    "small",
    "Table 1, supervised rows, on avatars: error in % of the image",
    "The paper's numbers are pixels on Human3.6M, and compare with each other "
    "only.",
    (
        tables.Column(_ERROR, (_ERROR,), "paper_pixels"),
        tables.Column(_WITH_FLIPS, (_WITH_FLIPS,), "paper_pixels_with_flips"),
    ),
    (
        tables.Row(
            "Stacked Hourglass",
            {_ERROR: 20.22, _WITH_FLIPS: 19.52},
            _with_labels("hourglass"),
            "hourglass",
        ),
        tables.Row(
            "ours, supervised",
            {_ERROR: 22.30, _WITH_FLIPS: 19.35},
            _with_labels("supervised"),
            "supervised",
        ),
    ),
    _TIMES_WITH_LABELS,
)


def _ablation(method: str) -> tables.Training:
    return tables.Training(
        f"table5_small/{method}",
        _AVATARS,
        _recipe("table5_small"),
        (f"--method={method}",),
        "table5_small/stage_1",
    )


_OURS = _ablation("ours")


def _fewer_poses(count: int) -> tables.Training:
    folder = f"table4_small/{count}_poses"
    return tables.Training(
        folder,
        _avatars(f"avatars_{count}_poses", f"--prior_size={count}"),
        _recipe("table5_small"),
        ("--method=ours",),
        folder,
    )


TABLE_4 = tables.Table(
    4,
    "small",
    "Table 4 on avatars, by the number of unpaired poses: error in % of the "
    "image",
    "The paper shows a drawing, and says that 50 annotations do nearly as "
    "well as all.",
    _OF_IMAGE,
    (
        *(
            tables.Row(f"{n} poses", {}, _fewer_poses(n), f"{n}_poses")
            for n in (50, 500)
        ),
        tables.Row(f"all {_WHOLE_PRIOR:,} poses", {}, _OURS, "all_poses"),
    ),
    _TIMES,
)


def _ablated(model: str, method: str, paper: float) -> tables.Row:
    return tables.Row(
        model,
        {_WITH_FLIPS: paper},
        _ablation(method),
        method,
    )


TABLE_5 = tables.Table(
    5,
    "small",
    "Table 5 on avatars: error in % of the image",
    "The paper's numbers are with flips, on Simplified Human3.6M: their order "
    "is what compares.",
    _OF_IMAGE,
    (
        _ablated("CycleGAN", "cycle_gan", 4.39),
        _ablated("+ conditional generator", "conditional_cycle_gan", 4.07),
        _ablated("+ skeleton-bottleneck", "bottleneck_cycle_gan", 3.01),
        _ablated("- 2nd cycle = ours", "ours", 2.91),
    ),
    _TIMES,
)

ALL = (TABLE_1, TABLE_4, TABLE_5)
