import numpy as np

from tf_landmarks.data.avatars import body
from tf_landmarks.data.avatars import identities

_MAN = identities.Shape(gender=1.0, origins=(0.0, 0.0, 1.0))


def test_an_average_young_man_is_two_targets():
    assert identities.coefficients(_MAN) == {
        "macrodetails/caucasian-male-young": 1.0,
        "macrodetails/universal-male-young-averagemuscle-averageweight": 1.0,
    }


def test_shares_are_products_over_the_axes():
    shape = _MAN._replace(gender=0.75, weight=0.9, height=0.4)
    found = identities.coefficients(shape)
    # 0.9 is 0.8 of the way from average to most; 0.4 a fifth to the shortest.
    build = "male-young-averagemuscle-maxweight"
    np.testing.assert_allclose(
        found[f"macrodetails/universal-{build}"], 0.75 * 0.8
    )
    np.testing.assert_allclose(
        found[f"macrodetails/height/{build}-minheight"], 0.75 * 0.8 * 0.2
    )
    np.testing.assert_allclose(
        found["macrodetails/caucasian-female-young"], 0.25
    )
    assert f"macrodetails/height/{build}-maxheight" not in found


def test_each_draw_is_made_of_targets_that_are_there():
    names = set(body.target_names())
    rng = np.random.default_rng(0)
    for _ in range(50):
        found = identities.coefficients(identities.draw(rng))
        assert found.keys() <= names
        for kind in ("macrodetails/universal-", "macrodetails/african-"):
            assert any(name.startswith(kind) for name in found)
        whole = sum(v for n, v in found.items() if "universal" in n)
        np.testing.assert_allclose(whole, 1.0)
