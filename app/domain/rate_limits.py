"""How often somebody may ask: rates, and the hits that a request counts against them.

Each rate is a bucket that refills evenly (GCRA: "leaky bucket as a meter", ITU-T I.371). Its state is one instant,
by which everything used so far will have been given back. All durations are microseconds of real time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

_FORM = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,4})", re.ASCII)
_SECOND = 1_000_000


class OperationClass(StrEnum):
    """What an operation does, as far as limits go. LOGIN: requestLogin and login, which work without a credential."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"
    SUBSCRIBE = "subscribe"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds: all at once if need be, coming back evenly."""

    amount: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Reads "600/60"; raises ValueError for anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError("is not AMOUNT/SECONDS, such as 600/60")
        return cls(int(match[1]), int(match[2]))

    @property
    def window(self) -> int:
        """How long an empty bucket takes to be full."""
        return self.seconds * _SECOND

    def time_for(self, quantity: int) -> int:
        """How long so many take to come back."""
        return -(-quantity * self.window // self.amount)

    def left(self, room: int) -> int:
        """How many are left when the bucket has this much room; none when there is too little."""
        return max(0, room) * self.amount // self.window


class Hit(NamedTuple):
    """What a request takes from one bucket. name: the policy, as clients see it.

    A tuple: four are made for each request, in a third of a dataclass's time.
    """

    key: str
    name: str
    rate: Rate
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """rooms: for each hit the room left after it; where there is not enough, how much is missing, as a negative.

    Nothing was taken from any bucket when one of them had not enough.
    """

    hits: Sequence[Hit]
    rooms: Sequence[int]

    @property
    def admitted(self) -> bool:
        return min(self.rooms, default=0) >= 0

    @property
    def refused(self) -> tuple[Hit, float]:
        """The hit that has to wait longest, and for how many seconds. Only when not admitted."""
        room, place = min((room, place) for place, room in enumerate(self.rooms))
        return self.hits[place], -room / _SECOND

    def left_of(self, name: str) -> int | None:
        """What is left of a policy's bucket; None when this was not counted."""
        for hit, room in zip(self.hits, self.rooms, strict=True):
            if hit.name == name:
                return hit.rate.left(room)
        return None


@dataclass(frozen=True, slots=True)
class CallerLimits:
    """What one caller may do. cost_of_one: the most that a single operation may cost; cost: all of them together."""

    requests: Rate
    read: Rate
    write: Rate
    login: Rate
    subscribe: Rate
    cost: Rate
    cost_of_one: int

    def of(self, operation_class: OperationClass) -> Rate:
        rate: Rate = getattr(self, operation_class.value)
        return rate


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Limits by kind of caller. address: of everybody behind one network address, before anyone is known.

    mistakes: of one address or caller: credentials that are none, documents that are wrong, too costly or over a limit.
    documents: characters of GraphQL documents that a process has not read before, of one caller, and four times as many of all
    callers at one address; what cost counts is the answer.
    """

    address: Rate = Rate(12_000, 60)
    mistakes: Rate = Rate(300, 60)
    documents: Rate = Rate(500_000, 60)
    anonymous: CallerLimits = CallerLimits(
        requests=Rate(600, 60),
        read=Rate(600, 60),
        write=Rate(60, 60),
        login=Rate(60, 60),
        subscribe=Rate(60, 60),
        cost=Rate(120_000, 60),
        cost_of_one=10_000,
    )
    session: CallerLimits = CallerLimits(
        requests=Rate(1_800, 60),
        read=Rate(1_500, 60),
        write=Rate(300, 60),
        login=Rate(60, 60),
        subscribe=Rate(300, 60),
        cost=Rate(3_000_000, 60),
        cost_of_one=50_000,
    )
    key: CallerLimits = CallerLimits(
        requests=Rate(12_000, 60),
        read=Rate(12_000, 60),
        write=Rate(6_000, 60),
        login=Rate(60, 60),
        subscribe=Rate(1_200, 60),
        cost=Rate(10_000_000, 60),
        cost_of_one=100_000,
    )
