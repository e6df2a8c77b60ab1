"""Random histories of payouts on a real database, a real chain and a real Safe whose owners execute what they like."""

from collections import Counter

import pytest

from tests.payouts.history_machine import run
from tests.payouts.payout_history import NewHistory

ALWAYS = (
    "EXECUTED",
    "DEAD",
    "outside",
    "relayed",
    "replaced",
    "listed again",
    "clawbacks",
    "died with lines that were paid later",
)


@pytest.mark.long
def test_random_histories(new_history: NewHistory) -> None:
    seen = run(new_history, examples=7, steps=25, derandomize=True)
    _gets_far(seen)


@pytest.mark.long
def test_many_random_histories(new_history: NewHistory) -> None:
    seen = run(new_history, 25, 50)
    _gets_far(seen)


def _gets_far(seen: Counter[str]) -> None:
    """A generator that hardly ever gets a batch executed, or given up, would prove nothing."""
    missing = [one for one in ALWAYS if not seen[one]]
    assert not missing, f"never seen: {missing}, of {sorted(seen.items())}"
