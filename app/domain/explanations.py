"""What a person says of a discrepancy, and the posting that it means."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.discrepancies import DiscrepancyKind
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import PROGRAM, PROVIDER, SUSPENSE, Account, Journal, JournalKind, Transfer

EXPLAINED = "explained"
PROVIDER_FEE = "provider_fee"
PAID_OUTSIDE = "paid_outside"


class Explanation(StrEnum):
    """DiscrepancyExplanation of the contract."""

    NO_POSTING = "NO_POSTING"
    TO_PROGRAM = "TO_PROGRAM"
    FROM_PROGRAM = "FROM_PROGRAM"
    FROM_PROVIDER = "FROM_PROVIDER"
    UNDO_SETTLEMENT = "UNDO_SETTLEMENT"


_SIDES: dict[Explanation, tuple[Account, Account]] = {
    Explanation.TO_PROGRAM: (SUSPENSE, PROGRAM),
    Explanation.FROM_PROVIDER: (SUSPENSE, PROVIDER),
    Explanation.FROM_PROGRAM: (PROGRAM, SUSPENSE),
}
_FOR_MONEY = {
    DiscrepancyKind.UNEXPLAINED_INFLOW: (Explanation.TO_PROGRAM, Explanation.FROM_PROVIDER),
    DiscrepancyKind.UNEXPLAINED_OUTFLOW: (Explanation.FROM_PROGRAM,),
}


def explanations_of(
    kind: DiscrepancyKind, *, in_suspense: bool, undoable: bool
) -> tuple[Explanation, ...]:
    """What may be said of a discrepancy of this kind; money in SUSPENSE has to come out of it. undoable: it is about a
    settlement whose log is gone.
    """
    if in_suspense:
        return _FOR_MONEY.get(kind, ())
    return (
        (Explanation.UNDO_SETTLEMENT, Explanation.NO_POSTING)
        if undoable
        else (Explanation.NO_POSTING,)
    )


def explaining_journal(
    discrepancy_id: UUID,
    explanation: Explanation,
    amount: Money,
    provider_fee: Money | None,
    *,
    note: str,
    effective_at: datetime,
) -> Journal:
    """Takes the amount out of SUSPENSE. provider_fee: what the provider kept of a charge, which the program bears."""
    debit, credit = _SIDES[explanation]
    lines = [Transfer(EXPLAINED, amount, debit, credit)]
    if provider_fee is not None:
        lines.append(Transfer(PROVIDER_FEE, provider_fee, PROGRAM, PROVIDER))
    return _adjustment(discrepancy_id, lines, note, effective_at)


def outflow_journal(
    discrepancy_id: UUID,
    paid: Sequence[tuple[Account, Money]],
    rest: Money,
    *,
    note: str,
    effective_at: datetime,
) -> Journal:
    """Money that left has paid those who were owed; what nobody was owed is the program's. Amounts of zero write nothing."""
    lines = [
        Transfer(PAID_OUTSIDE, amount, account, SUSPENSE)
        for account, amount in paid
        if amount.units
    ]
    if rest.units:
        lines.append(Transfer(EXPLAINED, rest, PROGRAM, SUSPENSE))
    return _adjustment(discrepancy_id, lines, note, effective_at)


def _adjustment(
    discrepancy_id: UUID, lines: Sequence[Transfer], note: str, effective_at: datetime
) -> Journal:
    return Journal(
        public_id=new_id(),
        kind=JournalKind.ADJUSTMENT,
        reference=str(discrepancy_id),
        effective_at=effective_at,
        transfers=tuple(lines),
        description=note,
    )
