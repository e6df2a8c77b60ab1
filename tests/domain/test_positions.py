"""Positions travel as text and back; anything else is refused; lag is measured without clocks of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.positions import NotAPosition, WritePosition
from app.domain.replica_lag import ReplicaLag

POSITIONS = st.builds(WritePosition, st.integers(1, 2**32 - 1), st.integers(0, 2**64 - 1))


@given(POSITIONS)
def test_there_and_back(position: WritePosition) -> None:
    assert WritePosition.parse(str(position)) == position


@given(st.one_of(st.text(), st.text("ABCDQgwx_-=\n", min_size=17, max_size=19)))
def test_what_is_none_is_refused_or_means_one_thing(text: str) -> None:
    try:
        found = WritePosition.parse(text)
    except NotAPosition:
        return
    assert str(found) == text


@given(POSITIONS, st.integers(0, 17), st.characters())
def test_a_damaged_one_is_another_or_none(position: WritePosition, at: int, to: str) -> None:
    text = str(position)
    damaged = f"{text[:at]}{to}{text[at + 1 :]}"
    try:
        found = WritePosition.parse(damaged)
    except NotAPosition:
        return
    assert (found == position) == (damaged == text)


@pytest.mark.parametrize(
    ("at", "counted"), [(8192, 8192), (8216, 8192), (8232, 8192), (8240, 8240)]
)
def test_a_page_head_holds_nothing_to_wait_for(at: int, counted: int) -> None:
    assert WritePosition.written(1, at).at == counted


def test_lag_is_the_age_of_the_newest_position_that_shows() -> None:
    lag = ReplicaLag()
    for second, at in ((0.0, 100), (1.0, 200), (2.0, 200), (3.0, 300)):
        lag.note_written(second, WritePosition(1, at))
    assert lag.seconds(WritePosition(1, 300), 3.5) == 0.5
    assert lag.seconds(WritePosition(1, 299), 3.5) == 1.5
    assert lag.seconds(WritePosition(1, 100), 3.5) == 3.5
    assert lag.seconds(WritePosition(1, 99), 3.5) is None
    assert lag.seconds(WritePosition(2, 300), 3.5) is None


def test_a_new_timeline_says_nothing_of_the_old() -> None:
    lag = ReplicaLag()
    lag.note_written(0.0, WritePosition(1, 500))
    lag.note_written(1.0, WritePosition(2, 400))
    assert lag.timeline == 2
    assert lag.seconds(WritePosition(1, 900), 1.0) is None
    assert lag.seconds(WritePosition(2, 400), 1.0) == 0.0
