"""What a reversal takes back: of each share of a payment, in proportion, so that the parts of one payment sum to the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.states import CommissionStatus

UNPAID = frozenset({CommissionStatus.ACCRUED, CommissionStatus.PAYABLE})
"""What is neither paid nor in a batch."""


@dataclass(frozen=True, slots=True)
class ReversedPart:
    """`units` of a payment of `payment` units are taken back, after `before` units were."""

    payment: int
    before: int
    units: int

    def of(self, share: int) -> int:
        """What this part takes back of a share that the whole payment gave."""
        after = self.before + self.units
        return share * after // self.payment - share * self.before // self.payment


@dataclass(frozen=True, slots=True)
class EarnedCommission:
    """A commission of the payment. clawed_back: an earlier reversal left a clawback of it."""

    id: UUID
    affiliate_id: int
    affiliate_public_id: UUID
    level: int
    rate_bps: int
    terms_version: int
    amount: Money
    status: CommissionStatus
    payable_at: datetime
    clawed_back: bool


@dataclass(frozen=True, slots=True)
class Clawback:
    """A negative commission: `earned` gives back `amount`, which is above zero here."""

    id: UUID
    earned: EarnedCommission
    amount: Money
    status: CommissionStatus
    payable_at: datetime


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a reversal does to the commissions of its payment; levels of which it takes nothing are in neither."""

    reversed: tuple[EarnedCommission, ...]
    clawbacks: tuple[Clawback, ...]

    @property
    def shares(self) -> tuple[tuple[EarnedCommission, Money], ...]:
        """Each commission with what it gives back, lowest level first."""
        whole = [(one, one.amount) for one in self.reversed]
        parts = [(one.earned, one.amount) for one in self.clawbacks]
        return tuple(sorted(whole + parts, key=lambda share: share[0].level))


def take_back(
    part: ReversedPart, commissions: Iterable[EarnedCommission], now: datetime
) -> TakenBack:
    """A commission that one reversal takes whole, unpaid, is reversed itself; else a clawback stands against it.

    A clawback waits for as long as its commission does; what is in a batch, paid or forfeited is payable back at once.
    now: program time.
    """
    whole: list[EarnedCommission] = []
    clawbacks: list[Clawback] = []
    for one in commissions:
        taken = Money(part.of(one.amount.units), one.amount.currency)
        waits = one.status in UNPAID
        if not taken.units:
            continue
        if taken == one.amount and waits and not one.clawed_back:
            whole.append(one)
            continue
        status = one.status if waits else CommissionStatus.PAYABLE
        clawbacks.append(Clawback(new_id(), one, taken, status, one.payable_at if waits else now))
    return TakenBack(tuple(whole), tuple(clawbacks))
