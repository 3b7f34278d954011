import pytest

from tf_landmarks.reproduction import timing


def test_the_first_two_updates_are_not_timed():
    # 1/4 + 1/2 + 1/4 seconds in three updates
    rates = [0.01, 0.1, 4.0, 2.0, 4.0]
    assert timing.seconds_an_update(rates) == pytest.approx(1 / 3)


def test_the_total_is_of_the_updates_that_are_left():
    estimate = timing.Estimate(
        "runs/a",
        {"skeleton": 4_000, "landmarks": 1_600},
        {"skeleton": 0.05, "landmarks": 0.5},
    )
    assert estimate.total == pytest.approx(200 + 800)
    assert timing.Estimate("runs/a", {}, {}).total == 0


@pytest.mark.parametrize(
    "seconds, text",
    [
        (2, "1 min"),
        (1000, "17 min"),
        (89 * 60, "89 min"),
        (2.5 * 3600, "2.5 hours"),
        (3_000_000 * 5.0, "173.6 days"),
        (3_000_000 * 50.0, "1,736.1 days"),
    ],
)
def test_durations_are_for_people(seconds, text):
    assert timing.duration(seconds) == text
