"""What is let in, and what is not."""

import grpc
import pytest

from serving.local import refusals
from serving.local import room


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(room, "_MOST_BYTES", 10)
    return room.Room()


def test_the_last_byte_is_let_in_and_one_more_is_not(small):
    small.take(7)
    small.take(3)
    with pytest.raises(refusals.Refusal, match="come again later") as caught:
        small.take(1)
    assert caught.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_what_was_refused_takes_nothing(small):
    small.take(7)
    for _ in range(3):
        with pytest.raises(refusals.Refusal):
            small.take(4)
    small.take(3)


def test_room_is_given_back_after_a_failure_too(small):
    with pytest.raises(ZeroDivisionError), small.taken(10):
        raise ZeroDivisionError
    with small.taken(10), pytest.raises(refusals.Refusal):
        small.take(1)
    small.take(10)
