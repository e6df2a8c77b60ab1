"""What events add to the rollups: pure sums, so that applying and rebuilding are the same fold.

Levels count from the affiliate: 0 is itself, its directly referred users and its children are 1. Months are those of
program time; all time is their sum, which the tables keep too, as month "". Currency "" holds members and users, which
belong to no currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar

from app.domain.events import Event
from app.domain.latency import latency_class

NO_CURRENCY = ""
Key = TypeVar("Key")


class AffiliateKey(NamedTuple):
    program_id: int
    affiliate_id: int
    currency: str
    month: str
    level: int


class BucketKey(NamedTuple):
    program_id: int
    bucket: str
    at: datetime


class AmountKey(NamedTuple):
    program_id: int
    bucket: str
    at: datetime
    currency: str


class CounterKey(NamedTuple):
    program_id: int
    name: str


@dataclass(slots=True)
class AffiliateSums:
    """members and users: heads. volume and earned: smallest units, less what was reversed; may fall below zero."""

    members: int = 0
    users: int = 0
    volume: int = 0
    earned: int = 0


@dataclass(slots=True)
class BucketSums:
    """How many intents came into each status, and settlement times by class."""

    entered: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    latency: dict[int, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(slots=True)
class AmountSums:
    volume: int = 0
    commissions: int = 0


@dataclass(slots=True)
class Additions:
    """What a run of events adds, by row."""

    affiliates: dict[AffiliateKey, AffiliateSums] = field(
        default_factory=lambda: defaultdict(AffiliateSums)
    )
    buckets: dict[BucketKey, BucketSums] = field(default_factory=lambda: defaultdict(BucketSums))
    amounts: dict[AmountKey, AmountSums] = field(default_factory=lambda: defaultdict(AmountSums))
    counters: dict[CounterKey, int] = field(default_factory=lambda: defaultdict(int))

    def taken_back(self) -> "Additions":
        """What takes all of this away again."""
        return Additions(
            {
                key: AffiliateSums(-row.members, -row.users, -row.volume, -row.earned)
                for key, row in self.affiliates.items()
            },
            {
                key: BucketSums(_negative(row.entered), _negative(row.latency))
                for key, row in self.buckets.items()
            },
            {key: AmountSums(-row.volume, -row.commissions) for key, row in self.amounts.items()},
            _negative(self.counters),
        )


@dataclass(frozen=True, slots=True)
class BranchMove:
    """A branch went elsewhere: what its affiliate has by level leaves one line of ancestors and joins another.

    left, joined: from the parent up to the root.
    """

    program_id: int
    affiliate_id: int
    left: tuple[int, ...]
    joined: tuple[int, ...]

    def taken_back(self) -> "BranchMove":
        """The branch goes back to where it was."""
        return replace(self, left=self.joined, joined=self.left)


def _negative(times: Mapping[Key, int]) -> dict[Key, int]:
    return {key: -value for key, value in times.items()}


def fold(events: Iterable[Event]) -> list[Additions | BranchMove]:
    """The events as steps in order: sums as far as they only add, broken by each move of a branch."""
    steps: list[Additions | BranchMove] = []
    for event in events:
        if event.name == "affiliate.moved":
            steps.append(_move(event))
            continue
        if not steps or isinstance(steps[-1], BranchMove):
            steps.append(Additions())
        additions = steps[-1]
        assert isinstance(additions, Additions)
        _add(additions, event)
    return steps


def _add(sums: Additions, event: Event) -> None:
    match event.name:
        case "settlement.confirmed":
            _add_settlement(sums, event)
        case "settlement.reversed" | "settlement.undone":
            _take_back(sums, event)
        case "affiliate.registered":
            _add_member(sums, event)
        case name if name.startswith("intent."):
            _add_status(sums, event)
        case _:
            pass


def _add_status(sums: Additions, event: Event) -> None:
    before, after = event.data["from"], event.data["status"]
    if before == after:
        return
    if before is not None:
        sums.counters[CounterKey(event.program_id, before)] -= 1
    sums.counters[CounterKey(event.program_id, after)] += 1
    for bucket in _buckets(event):
        sums.buckets[bucket].entered[after] += 1


def _add_member(sums: Additions, event: Event) -> None:
    internal = event.data["internal"]
    sums.counters[CounterKey(event.program_id, "affiliates")] += 1
    line = [internal["affiliate"], *internal["upline"]]
    for level, affiliate in enumerate(line):
        key = AffiliateKey(event.program_id, affiliate, NO_CURRENCY, event.data["month"], level)
        sums.affiliates[key].members += 1


def _add_settlement(sums: Additions, event: Event) -> None:
    data, internal = event.data, event.data["internal"]
    for bucket in _buckets(event):
        sums.buckets[bucket].latency[latency_class(internal["milliseconds"])] += 1
    if data["kind"] == "REGISTRATION":
        sums.counters[CounterKey(event.program_id, "users")] += 1
    for level, affiliate in enumerate(internal["referrers"], 1):
        key = AffiliateKey(event.program_id, affiliate, NO_CURRENCY, data["month"], level)
        sums.affiliates[key].users += 1
    if data["amount"] is not None:
        earned = [int(line["earned"]) for line in internal["upline"]]
        _add_amounts(sums, event, int(data["amount"]), earned)


def _take_back(sums: Additions, event: Event) -> None:
    """In the month of the reversal: months that are over keep their numbers."""
    data = event.data
    if data["amount"] is None:
        return
    clawed_back = [-int(line["clawedBack"]) for line in data["internal"]["upline"]]
    _add_amounts(sums, event, -int(data["amount"]), clawed_back)


def _add_amounts(sums: Additions, event: Event, amount: int, earned: list[int]) -> None:
    """earned: by each affiliate of the stored upline, nearest first."""
    data, program, rows = event.data, event.program_id, sums.affiliates
    currency, month, commissions = data["currency"], data["month"], sum(earned)
    for line, units in zip(data["internal"]["upline"], earned, strict=True):
        row = rows[AffiliateKey(program, line["affiliate"], currency, month, line["level"])]
        row.volume += amount
        row.earned += units
    for bucket in _buckets(event):
        total = sums.amounts[AmountKey(*bucket, currency)]
        total.volume += amount
        total.commissions += commissions


def _move(event: Event) -> BranchMove:
    internal = event.data["internal"]
    return BranchMove(
        program_id=event.program_id,
        affiliate_id=internal["affiliate"],
        left=tuple(internal["from"]),
        joined=tuple(internal["to"]),
    )


def _buckets(event: Event) -> tuple[BucketKey, BucketKey, BucketKey]:
    return _buckets_of(event.program_id, event.at.replace(second=0, microsecond=0))


@lru_cache(maxsize=1024)
def _buckets_of(program_id: int, minute: datetime) -> tuple[BucketKey, BucketKey, BucketKey]:
    hour = minute.replace(minute=0)
    return (
        BucketKey(program_id, "MINUTE", minute),
        BucketKey(program_id, "HOUR", hour),
        BucketKey(program_id, "DAY", hour.replace(hour=0)),
    )
