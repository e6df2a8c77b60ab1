"""What events that rollups have not applied yet will add to them, branches that move included.

Months and minutes only: all time is the sum of the months, hours and days are sums of minutes.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.domain.rollup import (
    NO_CURRENCY,
    Additions,
    AffiliateSums,
    AmountSums,
    BranchMove,
    BucketSums,
)

_MINUTE = "MINUTE"


class Place(NamedTuple):
    """A row of one affiliate's."""

    currency: str
    month: str
    level: int


class Heads(NamedTuple):
    """Of one affiliate in one month at one level."""

    month: str
    level: int
    members: int
    users: int


def _rows() -> defaultdict[Place, AffiliateSums]:
    return defaultdict(AffiliateSums)


@dataclass
class PendingRollups:
    """Of one program; sums that were added or taken away, in the order of the events."""

    affiliates: defaultdict[int, defaultdict[Place, AffiliateSums]] = field(
        default_factory=lambda: defaultdict(_rows)
    )
    minutes: defaultdict[datetime, BucketSums] = field(
        default_factory=lambda: defaultdict(BucketSums)
    )
    amounts: defaultdict[tuple[datetime, str], AmountSums] = field(
        default_factory=lambda: defaultdict(AmountSums)
    )
    counters: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, sums: Additions) -> None:
        """What only adds."""
        for key, added in sums.affiliates.items():
            row = self.affiliates[key.affiliate_id][Place(key.currency, key.month, key.level)]
            row.members += added.members
            row.users += added.users
            row.volume += added.volume
            row.earned += added.earned
        for bucket, entered in sums.buckets.items():
            if bucket.bucket == _MINUTE:
                _merge(self.minutes[bucket.at], entered)
        for at, amount in sums.amounts.items():
            if at.bucket == _MINUTE:
                total = self.amounts[at.at, at.currency]
                total.volume += amount.volume
                total.commissions += amount.commissions
        for counter, value in sums.counters.items():
            self.counters[counter.name] += value

    def move(self, move: BranchMove, applied: Iterable[Heads]) -> None:
        """A branch goes elsewhere with what its affiliate has: `applied` to the rollups, and here."""
        waiting = self.affiliates[move.affiliate_id].items()
        heads = [
            *applied,
            *(
                Heads(place.month, place.level, row.members, row.users)
                for place, row in waiting
                if place.currency == NO_CURRENCY
            ),
        ]
        self._shift(move.left, heads, -1)
        self._shift(move.joined, heads, 1)

    def _shift(self, line: tuple[int, ...], heads: list[Heads], sign: int) -> None:
        for distance, affiliate in enumerate(line, 1):
            rows = self.affiliates[affiliate]
            for one in heads:
                row = rows[Place(NO_CURRENCY, one.month, one.level + distance)]
                row.members += sign * one.members
                row.users += sign * one.users


def _merge(into: BucketSums, added: BucketSums) -> None:
    for status, times in added.entered.items():
        into.entered[status] += times
    for place, times in added.latency.items():
        into.latency[place] += times
