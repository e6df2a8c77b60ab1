"""Invariant 3: what the Safe holds at the pinned block is what moved, and what the ledger says that it holds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.chain_proof.movements import Suspended
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.postings import MovementDirection


@dataclass(frozen=True, slots=True)
class HeldAmount:
    """Of one currency, in smallest units. moved: by movements up to the block; moved_later: by those after it, which may
    be posted already; booked: net debits of USER and DEPOSIT less net credits of PAID_OUT; suspense: SUSPENSE's balance.
    """

    currency: str
    moved: int
    moved_later: int
    booked: int
    suspense: int


def treasury_discrepancies(
    held: Iterable[HeldAmount],
    balances: Mapping[str, int],
    explained: Mapping[str, int],
    suspended: Iterable[Suspended],
) -> list[NewDiscrepancy]:
    """balances: the Safe's, by currency. explained: by how much single logs and claims that were found apart make it hold
    more than the movements say: that is not told again.
    """
    waiting: Counter[str] = Counter()
    for money in suspended:
        sign = 1 if money.direction is MovementDirection.IN else -1
        waiting[money.currency] += sign * money.amount
    found: list[NewDiscrepancy] = []
    for one in held:
        apart = explained.get(one.currency, 0)
        if balances[one.currency] != one.moved + apart:
            found.append(_balance(one, balances[one.currency]))
        # Where a movement alone was lost or added, its journal still says what it said.
        if one.booked - one.moved - one.moved_later not in {0, apart}:
            found.append(_books(one))
        if one.suspense != waiting[one.currency]:
            found.append(_suspense(one, waiting[one.currency]))
    return found


def _balance(one: HeldAmount, balance: int) -> NewDiscrepancy:
    return _mismatch(
        one.currency,
        f"The treasury holds other {one.currency} than what moved into and out of it comes to.",
        str(balance),
        str(one.moved),
    )


def _books(one: HeldAmount) -> NewDiscrepancy:
    return _mismatch(
        f"{one.currency}:booked",
        f"The ledger's accounts of {one.currency} do not hold what its journals claim to have moved.",
        str(one.moved + one.moved_later),
        str(one.booked),
    )


def _suspense(one: HeldAmount, waiting: int) -> NewDiscrepancy:
    return _mismatch(
        f"{one.currency}:suspense",
        f"SUSPENSE holds other {one.currency} than what waits there for an explanation.",
        str(waiting),
        str(one.suspense),
    )


def _mismatch(reference: str, message: str, expected: str, actual: str) -> NewDiscrepancy:
    return NewDiscrepancy(
        DiscrepancyKind.TREASURY_MISMATCH,
        Severity.CRITICAL,
        reference,
        message,
        expected=expected,
        actual=actual,
    )
