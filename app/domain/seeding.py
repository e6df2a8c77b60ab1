"""How much a seeded program holds, and how that is laid out in time: all of it follows from one number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

LEVELS = 10
BATCH = 200
"""Intents that one chain transaction carries, as settlement packs them."""

EVENT_DAYS = 30
"""The last days of the record, of which events are kept unless something else is asked for."""
PAY_DAY_AT = timedelta(minutes=10)
"""Past midnight, when what came to be payable the day before is told of."""


class BatchFate(StrEnum):
    """What becomes of a seeded payout batch."""

    REJECTED = "REJECTED"
    EXECUTED = "EXECUTED"
    WAITING = "WAITING"


BATCH_FATES = (BatchFate.REJECTED, *[BatchFate.EXECUTED] * 4, BatchFate.WAITING)
"""One after the other; the second replaces the first and uses its nonces up."""
_PAYING_SHARE = 0.02  # of the record, at its end
_FEWEST_PAID = 5
# Of a thousand affiliates, how many stand at each level: few roots, a broad middle.
_SHARES = (1, 10, 50, 110, 150, 175, 165, 140, 110, 89)
_SALT_BITS = 40


@dataclass(frozen=True, slots=True)
class SeedSizes:
    """Of one program. intents: registrations of all users among them."""

    users: int
    affiliates: int
    intents: int

    def __post_init__(self) -> None:
        if self.users < 1 or self.affiliates < LEVELS or self.intents < self.users:
            raise ValueError(
                f"a seeded program has at least 1 user, {LEVELS} affiliates and an intent for each user"
            )

    @property
    def first_registrations(self) -> int:
        """How many register before anybody pays: all that the first transaction carries."""
        return min(self.users, BATCH)

    @property
    def batches(self) -> int:
        """Chain transactions; the first carries registrations alone."""
        return 1 - (self.first_registrations - self.intents) // BATCH

    def upto(self, batch: int) -> int:
        """The number of the last intent that batches up to this one carry; -1: none."""
        if batch < 0:
            return 0
        return min(self.intents, self.first_registrations + batch * BATCH)

    def neighbour(self) -> "SeedSizes":
        """A hundredth of it: what a missing filter by program would show."""
        users, intents = max(1, self.users // 100), max(1, self.intents // 100)
        return SeedSizes(users, max(LEVELS, self.affiliates // 100), max(users, intents))


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """One program to be seeded. salt: what its draws start from. number: 0 is the large one. told_from: from when on its
    events are kept.
    """

    slug: str
    number: int
    salt: int
    sizes: SeedSizes
    until: datetime
    days: int
    told_from: datetime

    @property
    def start(self) -> datetime:
        """When the first intent is accepted; the forest grew in the month before."""
        return self.until - timedelta(days=self.days)

    @property
    def paying_from(self) -> datetime:
        """When the first payout batch is proposed: all intents are settled by then."""
        return self.until - timedelta(days=self.days) * _PAYING_SHARE

    @property
    def matured_until(self) -> datetime:
        """What was payable before this midnight is PAYABLE: the newest pay day before the first batch has told of it."""
        told = self.paying_from - PAY_DAY_AT
        return told.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def batch_interval(self) -> timedelta:
        """From one transaction of the chain to the next; the last is final before payouts begin."""
        return timedelta(days=self.days) * (1 - _PAYING_SHARE) / (self.sizes.batches + 1)

    @property
    def paid_at_once(self) -> int:
        """Affiliates that one payout batch pays."""
        return max(_FEWEST_PAID, self.sizes.affiliates // 100)

    def paying_at(self, batch: int, share: float) -> datetime:
        """An instant of a payout batch, by the share of its time that has gone by."""
        slot = timedelta(days=self.days) * _PAYING_SHARE / len(BATCH_FATES)
        return self.paying_from + slot * (batch + share)


def seed_plans(
    seed: int,
    sizes: SeedSizes,
    neighbours: int,
    until: datetime,
    days: int,
    *,
    event_days: int = EVENT_DAYS,
) -> list[SeedPlan]:
    """The large program and its neighbours; the same seed gives the same plans, so the same ids and amounts."""
    plans, told_from = [], until - timedelta(days=event_days)
    for number in range(neighbours + 1):
        slug = f"seed-{seed}" if number == 0 else f"seed-{seed}-neighbour-{number}"
        salt = int.from_bytes(sha256(slug.encode()).digest()) >> (256 - _SALT_BITS)
        held = sizes if number == 0 else sizes.neighbour()
        plans.append(SeedPlan(slug, number, salt << 8, held, until, days, told_from))
    return plans


def level_sizes(affiliates: int) -> list[int]:
    """How many stand at each of the ten levels, from the roots down; at least one, and all of them together."""
    sizes = [max(1, affiliates * share // 1_000) for share in _SHARES]
    sizes[sizes.index(max(sizes))] += affiliates - sum(sizes)
    return sizes


def seeded_addresses(salt: int, kind: str, count: int) -> Iterator[bytes]:
    """The 20 bytes of each wallet; nobody holds their keys."""
    for number in range(1, count + 1):
        yield sha256(f"{salt} {kind} {number}".encode()).digest()[:20]
