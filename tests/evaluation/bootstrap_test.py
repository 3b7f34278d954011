import numpy as np
import pytest

from tf_landmarks.evaluation import bootstrap


def test_values_that_are_alike_leave_no_doubt():
    interval = bootstrap.interval(
        np.array([1.0, 1.0, 3.0]), ["a", "a", "b"], ["x", "y", "z"]
    )
    assert interval == (2.0, 2.0)  # each group counts once


def test_it_is_the_percentiles_of_a_slow_loop():
    rng = np.random.default_rng(5)
    values = rng.normal(size=30)
    groups = np.array(["a", "b"])[np.arange(30) % 2]
    units = np.array(list("pqrst"))[np.arange(30) // 6]
    units = [f"{g}{u}" for g, u in zip(groups, units, strict=True)]
    means = []
    draws = np.random.default_rng(0)
    by_group = {
        g: [
            values[[u == unit for u in units]]
            for unit in sorted({u for u in units if u[0] == g})
        ]
        for g in "ab"
    }
    drawn = {g: draws.integers(5, size=(1000, 5)) for g in "ab"}
    for i in range(1000):
        means.append(
            np.mean(
                [
                    np.concatenate([by_group[g][j] for j in drawn[g][i]]).mean()
                    for g in "ab"
                ]
            )
        )
    expected = np.percentile(means, [2.5, 97.5])
    np.testing.assert_allclose(
        bootstrap.interval(values, groups, units), expected
    )


def test_frames_of_one_video_are_drawn_together():
    values = np.array([0.0] * 50 + [10.0] * 50)
    by_video = bootstrap.interval(values, ["a"] * 100, ["x"] * 50 + ["y"] * 50)
    assert by_video == (0.0, 10.0)  # either video may be drawn twice
    low, high = bootstrap.interval(values, ["a"] * 100, range(100))
    assert 3.5 < low < 4.5 and 5.5 < high < 6.5  # 5 plus or minus 2 * 0.5


@pytest.mark.parametrize("missing", [0, 2])
def test_values_that_are_not_known_are_left_out(missing):
    values = np.array([1.0, 1.0, 3.0])
    values[missing] = np.nan
    interval = bootstrap.interval(values, ["a", "a", "b"], ["x", "y", "z"])
    assert interval == {0: (2.0, 2.0), 2: (1.0, 1.0)}[missing]


def test_without_a_value_there_is_no_interval():
    assert bootstrap.interval(np.array([np.nan]), ["a"], ["x"]) is None
