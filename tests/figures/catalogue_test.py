import pytest

from tf_landmarks import errors
from tf_landmarks.figures import catalogue
from tf_landmarks.figures import requests

_ONE, _TWO = (requests.Request(("run", "other")[:count]) for count in (1, 2))


def test_all_figures_of_issue_5_and_the_faces_are_there():
    drawn = {2, 4, 8, 9, 11, 12, 13, 14, 15, 16}
    assert set(catalogue.FIGURES) == drawn
    for figure in drawn:
        catalogue.check(figure, _ONE)
    catalogue.check(2, _TWO)


def test_a_figure_that_cannot_be_drawn_is_refused():
    with pytest.raises(
        errors.UserError, match=r"--figure=3 is none.*: 2, 4, 8"
    ):
        catalogue.check(3, _ONE)


def test_figure_10_is_sent_to_its_main():
    with pytest.raises(errors.UserError, match="//tf_landmarks:edit"):
        catalogue.check(10, _ONE)


def test_several_runs_are_for_figure_2():
    with pytest.raises(errors.UserError, match="--other_workdir is for"):
        catalogue.check(4, _TWO)
