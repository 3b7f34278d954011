"""Which figure of the paper is drawn by what."""

from tf_landmarks import errors
from tf_landmarks.figures import data_flow
from tf_landmarks.figures import factorization
from tf_landmarks.figures import leakage
from tf_landmarks.figures import predictions
from tf_landmarks.figures import progression
from tf_landmarks.figures import requests

FIGURES = {
    2: leakage.draw,
    4: data_flow.draw,
    8: factorization.draw_few,
    9: factorization.draw_many,
    11: predictions.draw_markers,
    12: predictions.draw_skeletons,
    13: predictions.draw_skeletons,
    14: predictions.draw_skeletons,
    15: progression.draw,
    16: progression.draw,
}
_EDITED = 10
_OF_SEVERAL_RUNS = 2


def check(figure: int, request: requests.Request) -> None:
    """Refuses what cannot be drawn.

    Raises:
      errors.UserError: no such figure, or one of a single run for several.
    """
    if figure == _EDITED:
        raise errors.UserError(
            "--figure=10 is drawn by a main of its own: bazel run "
            "//tf_landmarks:edit"
        )
    if figure not in FIGURES:
        raise errors.UserError(
            f"--figure={figure} is none of those that can be drawn: "
            f"{', '.join(map(str, FIGURES))}"
        )
    if len(request.workdirs) > 1 and figure != _OF_SEVERAL_RUNS:
        raise errors.UserError(
            f"--other_workdir is for --figure={_OF_SEVERAL_RUNS}, and this is "
            f"--figure={figure}; drop it"
        )
