"""What money that left by itself has paid of what its recipient was owed: whole lines first, in the order they became due."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.payees import Payee
from app.domain.payouts import PayoutPurpose

_MOST_SUMS = 10_000
"""How many sums of a payee's refunds are tried: they double with each refund."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A commission or a refund that nobody has paid. amount: smallest units, below zero for a clawback."""

    id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class OwedTo:
    """All that one payee is owed in a currency and no batch lists, in the order in which it became due.

    beyond: what later lines sum to that are not here, because no part of the outflow can reach them.
    """

    payee: Payee
    lines: tuple[OpenLine, ...]
    beyond: int = 0

    @property
    def amount(self) -> int:
        return max(sum(line.amount for line in self.lines) + self.beyond, 0)


@dataclass(frozen=True, slots=True)
class PaidTo:
    """lines: paid whole. charges: what was paid of lines in part; the affiliate's next payout is so much less."""

    payee: Payee
    lines: tuple[OpenLine, ...]
    charges: tuple[tuple[OpenLine, int], ...] = ()

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines) + sum(units for _, units in self.charges)


def contradicted_recipient(found: NewDiscrepancy, noted: str) -> NewDiscrepancy:
    """As the check of movements names it. found: an outflow, whose recipient the log says; noted: who is stored as that."""
    return NewDiscrepancy(
        DiscrepancyKind.TREASURY_MISMATCH,
        Severity.CRITICAL,
        found.reference,
        f"{found.message} It was written down before as if it went to {noted}: not by what reads the chain here.",
        expected=found.recipient,
        actual=noted,
    )


def paid_by_outflow(amount: int, owed: Sequence[OwedTo]) -> list[PaidTo]:
    """Nothing of it is left to be paid again: each gets what it is owed, in this order, as far as the amount goes; who is
    owed just the amount by its oldest lines comes first. What exceeds all of it is not theirs.

    A refund is paid whole or not at all: those whose sum is the amount, the oldest ones otherwise.
    """
    exact = next((one for one in owed if _is_due(one, amount)), None)
    ordered = list(owed) if exact is None else [exact, *(one for one in owed if one is not exact)]
    found = []
    for one in ordered:
        part = _paid(one, amount)
        if part.lines or part.charges:
            found.append(part)
        amount -= part.amount
    return found


def _is_due(owed: OwedTo, amount: int) -> bool:
    part = _paid(owed, amount)
    return part.amount == amount and not part.charges


def _paid(owed: OwedTo, amount: int) -> PaidTo:
    limit = min(amount, owed.amount)
    if limit <= 0:
        return PaidTo(owed.payee, ())
    sums = [0, *accumulate(line.amount for line in owed.lines)]
    whole = max(
        (n for n, units in enumerate(sums) if 0 <= units <= limit),
        key=lambda n: (sums[n] == limit, n),
    )
    lines, others = owed.lines[:whole], owed.lines[whole:]
    if owed.payee.purpose is not PayoutPurpose.COMMISSION:
        exactly = () if sums[whole] == limit else _with_sum(owed.lines, limit)
        return PaidTo(owed.payee, exactly or lines)
    return PaidTo(owed.payee, lines, _charges(others, limit - sums[whole]))


def _with_sum(lines: Sequence[OpenLine], amount: int) -> tuple[OpenLine, ...]:
    """Lines, each above zero, that sum to just this, in their order; none when none do, or it takes too long to know."""
    last: dict[int, OpenLine | None] = {
        0: None
    }  # of the lines that make a sum; those before it make the rest
    for line in lines:
        for units in list(last):
            if units + line.amount <= amount:
                last.setdefault(units + line.amount, line)
        if amount in last or len(last) > _MOST_SUMS:
            break
    found = list[OpenLine]()
    rest = amount if amount in last else 0
    while (one := last[rest]) is not None:
        found.append(one)
        rest -= one.amount
    return tuple(reversed(found))


def _charges(lines: Sequence[OpenLine], amount: int) -> tuple[tuple[OpenLine, int], ...]:
    """The lines together are at least the amount: what stands against each is no more than the line itself."""
    charges = []
    for line in lines:
        units = min(max(line.amount, 0), amount)
        if units:
            charges.append((line, units))
        amount -= units
    return tuple(charges)
