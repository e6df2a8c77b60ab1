"""How long blocks wait for finality, on chains as they are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.processes.watching.looks import Looks

_START = datetime(2026, 11, 22, tzinfo=UTC)
_POLL = timedelta(seconds=2)


def _chain(block_seconds: int, epoch: int, epochs_behind: int) -> Iterator[tuple[int, int, float]]:
    """Head, final block and seconds passed at each poll: final blocks come an epoch at a time."""
    for tick in range(2_000):
        passed = tick * _POLL.total_seconds()
        head = int(passed // block_seconds)
        yield head, max(head // epoch - epochs_behind, 0) * epoch, passed


@pytest.mark.parametrize(
    ("block_seconds", "epoch", "epochs_behind"), [(12, 32, 2), (2, 1, 30), (1, 1, 2), (2, 600, 1)]
)
def test_the_wait_is_the_chain_s_whatever_it_takes(
    block_seconds: int, epoch: int, epochs_behind: int
) -> None:
    looks, final_at = Looks(), dict[int, float]()
    for head, final, passed in _chain(block_seconds, epoch, epochs_behind):
        looks.note(head, final, _START + timedelta(seconds=passed))
        final_at |= dict.fromkeys(range(len(final_at), final + 1), passed)
    for number in range(1, len(final_at)):
        wrong_clock = _START - timedelta(hours=1)
        waited = looks.waited(number, wrong_clock)
        assert waited is not None
        truly = final_at[number] - number * block_seconds
        assert abs(waited.total_seconds() - truly) <= _POLL.total_seconds()


def test_what_was_there_before_goes_by_its_own_time() -> None:
    looks = Looks()
    looks.note(10, 5, _START)
    looks.note(12, 5, _START + timedelta(seconds=5))
    looks.note(12, 10, _START + timedelta(seconds=30))
    assert looks.waited(5, _START) is None
    assert looks.waited(8, _START - timedelta(minutes=1)) == timedelta(seconds=90)
    assert looks.waited(10, _START + timedelta(hours=1)) == timedelta()
    assert looks.waited(11, _START) is None


def test_a_block_that_is_final_at_once_did_not_wait() -> None:
    looks = Looks()
    looks.note(10, 10, _START)
    looks.note(11, 11, _START + timedelta(seconds=5))
    assert looks.waited(11, _START) == timedelta()
