"""Whether a treasury covers what will be due."""

from collections.abc import Iterable
from datetime import datetime


def first_shortfall(treasury: int, due: Iterable[tuple[datetime, int]]) -> datetime | None:
    """The first day on which more has become due than the treasury holds; None when it covers all of it.

    due: amounts by day, oldest first; clawbacks make one negative.
    """
    left = treasury
    for day, amount in due:
        left -= amount
        if left < 0:
            return day
    return None
