"""The paper's tables of faces and the ablation, 3 to 5, and all of them."""

from tf_landmarks.evaluation import protocol_reports
from tf_landmarks.reproduction import body_tables
from tf_landmarks.reproduction import paper_data
from tf_landmarks.reproduction import tables

_CORNERS = "percent_of_outer_eye_distance"
_PUPILS = "percent_of_pupil_distance"

_INTER_OCULAR = (
    "The paper's unit is the inter-ocular distance. Ours is that of the outer "
    "corners of the eyes; in a column of its own, that of the pupils, about "
    "1.4 times shorter, which is the unit of several of the cited works."
)


def _corners_places(prefix: str = "") -> tuple[str, ...]:
    return (_place(f"{prefix}by_outer_eye_corners"),)


def _pupils_places(prefix: str = "") -> tuple[str, ...]:
    return (_place(f"{prefix}by_pupils"),)


def _place(column: str) -> str:
    return protocol_reports.place_of_mean("subset", "full", column)


_OF_EYES = (
    tables.Column(_CORNERS, _corners_places(), "paper"),
    tables.Column(_PUPILS, _pupils_places()),
)


def _cited(model: str, error: float) -> tables.Row:
    return tables.Row(model, {_CORNERS: error})


def _faces(
    model: str, paper: float | None, training: tables.Training, name: str
) -> tables.Row:
    return tables.Row(
        model,
        {} if paper is None else {_CORNERS: paper},
        training,
        name,
        "w300",
        paper_data.W300,
    )


def _regressed(row: tables.Row, paper: float) -> tables.Row:
    """The same evaluation, after the regressor."""
    return row._replace(
        model="+ supervised regression",
        paper={_CORNERS: paper},
        places={
            _CORNERS: _corners_places("regressed_"),
            _PUPILS: _pupils_places("regressed_"),
        },
    )


_MULTIPIE = _faces(
    "ours, unaligned (VoxCeleb / MultiPIE)",
    9.85,
    paper_data.voxceleb_multipie("ours"),
    "multipie",
)
_VOXCELEB = _faces(
    "ours, unaligned (VoxCeleb / VoxCeleb)",
    7.86,
    paper_data.voxceleb(),
    "voxceleb",
)

TABLE_3 = tables.Table(
    3,
    "paper",
    "Table 3: 300-W, full test set, error in % of the inter-ocular distance",
    f"{_INTER_OCULAR} Thewlis and Wiles are self-supervised, with a supervised "
    "regression; those above them are supervised.",
    _OF_EYES,
    (
        _cited("LBF", 6.32),
        _cited("CFSS", 5.76),
        _cited("cGPRT", 5.71),
        _cited("DDN", 5.65),
        _cited("TCDCN", 5.54),
        _cited("RAR", 4.94),
        _cited("Wing Loss", 4.04),
        _cited("Thewlis et al. [58]", 9.30),
        _cited("Thewlis et al. [59]", 7.97),
        _cited("Wiles et al. [69]", 5.71),
        _MULTIPIE,
        _regressed(_MULTIPIE, 5.56),
        _VOXCELEB,
        _regressed(_VOXCELEB, 5.37),
    ),
    paper_data.TIMES,
)

TABLE_4 = tables.Table(
    4,
    "paper",
    "Table 4: 300-W, by the number of unpaired MultiPIE annotations, error in "
    "% of the inter-ocular distance",
    f"{_INTER_OCULAR} The paper's text has the number of all annotations only, "
    "and says that 50 do nearly as well.",
    _OF_EYES,
    (
        *(
            _faces(
                f"{n:,} annotations",
                None,
                paper_data.fewer_poses(n),
                f"{n}_annotations",
            )
            for n in (50, 500, 5_000)
        ),
        _MULTIPIE._replace(model="all annotations", name="all_annotations"),
    ),
    paper_data.TIMES,
)

_ERROR = "percent_of_image"
_WITH_FLIPS = "percent_of_image_with_flips"
_MODELS = (
    ("CycleGAN", "cycle_gan", 4.39, 18.51),
    ("+ conditional generator", "conditional_cycle_gan", 4.07, None),
    ("+ skeleton-bottleneck", "bottleneck_cycle_gan", 3.01, 10.10),
    ("- 2nd cycle = ours", "ours", 2.91, 9.85),
)


def _humans(model: str, method: str, paper: float) -> tables.Row:
    return tables.Row(
        f"{model}, humans",
        {_WITH_FLIPS: paper},
        paper_data.simple_h36m(method),
        f"humans_{method}",
        "simple_human36m",
    )


TABLE_5 = tables.Table(
    5,
    "paper",
    "Table 5: humans on Simplified Human3.6M, error in % of the image; faces "
    "on 300-W, error in % of the inter-ocular distance",
    f"Of humans, {_ERROR} is without flips. {body_tables.NO_FLIPS} "
    f"{_INTER_OCULAR}",
    (
        tables.Column(_ERROR, body_tables.error_places("all")),
        tables.Column(
            _WITH_FLIPS, body_tables.with_flips_places("all"), "paper"
        ),
        tables.Column(_CORNERS, _corners_places(), "paper_faces"),
        tables.Column(_PUPILS, _pupils_places()),
    ),
    (
        *(_humans(m, method, paper) for m, method, paper, _ in _MODELS),
        *(
            _faces(
                f"{model}, faces",
                paper,
                paper_data.voxceleb_multipie(method),
                f"faces_{method}",
            )
            for model, method, _, paper in _MODELS
            if paper is not None
        ),
    ),
    paper_data.TIMES,
)

ALL = (body_tables.TABLE_1, body_tables.TABLE_2, TABLE_3, TABLE_4, TABLE_5)
