"""The paper's tables of people: 1 and 2, an activity a line."""

from tf_landmarks.data import activities
from tf_landmarks.evaluation import protocol_reports
from tf_landmarks.reproduction import paper_data
from tf_landmarks.reproduction import tables

WITH_FLIPS = "_with_flips"
NO_FLIPS = (
    "No flips: left and right as detected, or, where a stage 1 was trained, as "
    "the released code corrects them by its eta."
)


def error_places(activity: str) -> tuple[str, ...]:
    """No flips; what is trained with labels has no η to correct them by."""
    return (_place(activity, "corrected"), _place(activity, "raw"))


def with_flips_places(activity: str) -> tuple[str, ...]:
    """The lesser of both, frame by frame."""
    return (_place(activity, "with_flips"),)


def _place(activity: str, column: str) -> str:
    return protocol_reports.place_of_mean("activity", activity, column)


def _columns(of: tuple[str, ...]) -> tuple[tables.Column, ...]:
    columns = []
    for activity in of:
        for name, places in (
            (activity, error_places(activity)),
            (activity + WITH_FLIPS, with_flips_places(activity)),
        ):
            columns.append(tables.Column(name, places, f"paper_{name}"))
    return tuple(columns)


def _numbers(of: tuple[str, ...], direct: str, with_flips: str = "") -> dict:
    """The paper's numbers by column, as it prints them."""
    numbers = {}
    for printed, suffix in ((direct, ""), (with_flips, WITH_FLIPS)):
        values = map(float, printed.split())
        names = (activity + suffix for activity in of)
        numbers |= dict(zip(names, values, strict=bool(printed)))
    return numbers


_ALL_15 = ("all", *activities.HUMAN36M)
_ALL_6 = ("all", *activities.SIMPLE_HUMAN36M)


def _row_of_table_1(
    model: str,
    training: tables.Training,
    name: str,
    direct: str,
    with_flips: str,
) -> tables.Row:
    numbers = _numbers(_ALL_15, direct, with_flips)
    return tables.Row(model, numbers, training, name, "human36m")


TABLE_1 = tables.Table(
    1,
    "paper",
    "Table 1: Human3.6M, error in pixels over 17 joints",
    NO_FLIPS,
    _columns(_ALL_15),
    (
        _row_of_table_1(
            "Stacked Hourglass",
            paper_data.supervised("hourglass"),
            "hourglass",
            "20.22 16.42 14.55 17.58 16.70 20.92 14.11 15.47 19.31 20.45 "
            "26.18 40.93 19.68 23.13 22.43 15.41",
            "19.52 15.53 13.88 17.14 15.81 19.55 13.74 15.33 18.81 19.88 "
            "25.85 39.07 19.40 22.24 21.58 14.96",
        ),
        _row_of_table_1(
            "ours, supervised",
            paper_data.supervised("supervised"),
            "supervised",
            "22.30 19.24 21.19 20.23 18.09 22.64 21.69 17.81 22.01 22.32 "
            "24.49 28.66 22.83 23.17 26.81 26.36",
            "19.35 16.12 16.31 16.69 15.66 19.17 13.94 16.41 20.47 19.43 "
            "23.86 26.32 20.96 21.99 21.78 18.57",
        ),
        _row_of_table_1(
            "ours, 3DHP skeletons",
            paper_data.h36m_mpi_inf_3dhp(),
            "mpi_inf_3dhp",
            "26.62 22.74 24.74 23.84 23.03 22.03 24.19 22.20 25.43 28.69 "
            "29.10 45.99 25.80 27.20 26.02 28.35",
            "21.41 18.87 18.71 19.39 18.40 19.26 18.06 17.89 21.35 23.37 "
            "24.84 34.03 21.25 23.18 22.47 20.00",
        ),
        _row_of_table_1(
            "ours, H3.6M skeletons",
            paper_data.h36m(),
            "h36m",
            "23.32 18.81 15.17 17.98 14.90 18.26 21.69 20.83 25.53 19.96 "
            "32.98 42.24 23.55 23.57 23.83 25.19",
            "17.61 14.16 11.88 13.78 12.62 16.44 17.88 14.50 17.56 18.31 "
            "24.05 33.36 17.65 20.10 20.42 14.01",
        ),
    ),
    paper_data.TIMES,
)


def _cited(model: str, printed: str) -> tables.Row:
    of = _ALL_6 if " " in printed else _ALL_6[:1]
    return tables.Row(model, _numbers(of, printed))


TABLE_2 = tables.Table(
    2,
    "paper",
    "Table 2: Simplified Human3.6M, error in % of the image over 32 joints",
    f"{NO_FLIPS} The table's own cells are not in the paper's text that this "
    "project has. Those of others are from an excerpt of the published paper, "
    "which does not say whether they are with flips; ours with flips, all, is "
    "table 5's.",
    _columns(_ALL_6),
    (
        _cited(
            "Newell et al. (supervised)", "2.16 1.88 1.92 2.15 1.62 1.88 2.21"
        ),
        _cited("Thewlis et al.", "7.51 7.54 8.56 7.26 6.47 7.93 5.40"),
        _cited("Zhang et al.", "4.14 5.01 4.61 4.76 4.45 4.91 4.61"),
        _cited("Lorenz et al.", "2.79"),
        tables.Row(
            "ours",
            {"all" + WITH_FLIPS: 2.91},
            paper_data.simple_h36m("ours"),
            "ours",
            "simple_human36m",
        ),
    ),
    paper_data.TIMES,
)
